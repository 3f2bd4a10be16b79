import { skipToken, useQuery } from "@tanstack/react-query";
import { keys } from "@/api/keys";

/** In how many notifications there is something to read, once that is known; 100 stands for that many or more. */
export function useUnread(): number {
  // Somebody else asks for it, when the page stands.
  return useQuery<number>({ queryKey: keys.unreadCount(), queryFn: skipToken }).data ?? 0;
}
