import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { newIdempotencyKey, type ApiClient } from "@/api/client";
import { useApi } from "@/api/context";
import { keys } from "@/api/keys";
import type { Me, User } from "@/api/types";
import { Toggles } from "@/post/toggle";
import { useMe } from "@/session/context";
import { strings } from "@/strings";
import { problemText } from "@/ui/problem-text";
import { useToast, type Toast } from "@/ui/toast-context";
import { patchUser, withFollowing, withFollowingCount } from "./people-cache";

interface Follow {
  api: ApiClient;
  queries: QueryClient;
  toast: (toast: Toast) => void;
  me: Me;
}

const toggles = new Toggles();

/** Shown at once everywhere; taken back with a word of why when the server refuses. */
export function follow({ api, queries, toast, me }: Follow, username: string, following: boolean): Promise<void> {
  const words = strings.profile;
  return toggles.set(`follow:${username.toLowerCase()}`, following, {
    show: (on) => {
      patchUser(queries, username, (user) => withFollowing(user, on));
      patchUser(queries, me.username, (own) => withFollowingCount(own, on ? 1 : -1));
    },
    send: async (on) => {
      const verb = on ? "follow" : "unfollow";
      const user = await api.post<User>(`/users/${username}/${verb}`, undefined, { idempotencyKey: newIdempotencyKey() });
      patchUser(queries, username, () => user);
      void queries.invalidateQueries({ queryKey: keys.userPeople(username, "followers") });
      void queries.invalidateQueries({ queryKey: keys.home(), exact: true, refetchType: "none" });
      void queries.invalidateQueries({ queryKey: keys.userPeople(me.username, "following"), refetchType: "none" });
    },
    onFailure: (error, on) => {
      const what = on ? words.followFailed(username) : words.unfollowFailed(username);
      toast({ message: `${what} ${problemText(error)}`, tone: "error" });
    },
  });
}

/** Follows and unfollows for the signed-in person; null for visitors. */
export function useFollow(): ((username: string, following: boolean) => void) | null {
  const api = useApi();
  const queries = useQueryClient();
  const toast = useToast();
  const me = useMe();
  if (me === null) return null;
  return (username, following) => void follow({ api, queries, toast, me }, username, following);
}
