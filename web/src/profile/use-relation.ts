import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/context";
import { keys } from "@/api/keys";
import type { User } from "@/api/types";
import { removePostsBy } from "@/post/cache";
import { strings } from "@/strings";
import { problemText } from "@/ui/problem-text";
import { useToast } from "@/ui/toast-context";
import { patchUser } from "./people-cache";

export type RelationVerb = "block" | "unblock" | "mute" | "unmute";

const DONE: Record<RelationVerb, (username: string) => string> = {
  block: strings.profile.blockDone,
  unblock: strings.profile.unblockDone,
  mute: strings.profile.muteDone,
  unmute: strings.profile.unmuteDone,
};

/** Blocks and mutes are shown once the server has agreed: whoever asks for silence must be able to rely on it. */
export function useRelation(user: User) {
  const api = useApi();
  const queries = useQueryClient();
  const toast = useToast();
  const { username } = user;

  return useMutation({
    mutationFn: (verb: RelationVerb) => api.post<User>(`/users/${username}/${verb}`),
    onSuccess: (changed, verb) => {
      const isTheirs = (key: readonly unknown[]) => key[0] === "user" && key[1] === keys.user(username)[1];
      const isTheirList = (key: readonly unknown[]) => isTheirs(key) && key.length > 2;

      if (verb === "block" || verb === "mute") removePostsBy(queries, user.id, isTheirs);
      if (verb === "block" || verb === "unblock") void queries.resetQueries({ predicate: ({ queryKey }) => isTheirList(queryKey) });
      patchUser(queries, username, () => changed);
      toast({ message: DONE[verb](username) });
    },
    onError: (error) => toast({ message: strings.profile.relationFailed(problemText(error)), tone: "error" }),
  });
}
