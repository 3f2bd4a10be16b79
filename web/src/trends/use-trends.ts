import { useQuery } from "@tanstack/react-query";
import { useApi } from "@/api/context";
import { keys } from "@/api/keys";
import type { Page, Trend } from "@/api/types";

const MOST = 10;
const MINUTE = 60_000;

/** What trends just now; the server makes the list anew every minute. */
export function useTrends() {
  const api = useApi();
  return useQuery({
    queryKey: keys.trends(),
    queryFn: ({ signal }) => api.get<Page<Trend>>("/trends", { signal, query: { limit: MOST } }),
    staleTime: MINUTE,
    refetchInterval: 5 * MINUTE,
  });
}
