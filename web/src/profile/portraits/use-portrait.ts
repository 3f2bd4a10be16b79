import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { newIdempotencyKey } from "@/api/client";
import { useApi } from "@/api/context";
import type { Me, Media } from "@/api/types";
import { boxOf, type Share } from "@/media/crop";
import { updatePostsBy } from "@/post/cache";
import { useSessionStore } from "@/session/context";
import { strings } from "@/strings";
import { useToast } from "@/ui/toast-context";
import { patchUser } from "../people-cache";

export type Portrait = "avatar" | "banner";

/** So many times as wide as high. */
export const RATIO: Record<Portrait, number> = { avatar: 1, banner: 3 };

const words = strings.media;
const CHANGED: Record<Portrait, string> = { avatar: words.avatarChanged, banner: words.bannerChanged };
const REMOVED: Record<Portrait, string> = { avatar: words.avatarRemoved, banner: words.bannerRemoved };
/** The server draws the part anew before it answers. */
const TIMEOUT_MS = 60_000;

/** Uploads and removes one of one's own two pictures, and shows the change everywhere. */
export function usePortrait(portrait: Portrait) {
  const api = useApi();
  const toast = useToast();
  const show = useShowMe();
  const [progress, setProgress] = useState(0);
  const abort = useRef<AbortController | null>(null);
  // What is uploaded once need not be again when only the second step has failed.
  const uploaded = useRef<{ file: File; media: Promise<Media> | null; idempotencyKey: string } | null>(null);

  const choosing = useMutation({
    networkMode: "always",
    mutationFn: async ({ file, share }: { file: File; share: Share }) => {
      const stop = new AbortController();
      abort.current = stop;
      if (uploaded.current?.file !== file) uploaded.current = { file, media: null, idempotencyKey: newIdempotencyKey() };
      const { current } = uploaded;
      setProgress(0);
      current.media ??= import("@/media/upload").then(({ upload }) =>
        upload(api, file, { idempotencyKey: current.idempotencyKey, onProgress: setProgress, signal: stop.signal }),
      );
      const media = await current.media.catch((error: unknown) => {
        current.media = null;
        throw error;
      });
      const crop = boxOf(share, media, RATIO[portrait]);
      const options = { signal: stop.signal, timeoutMs: TIMEOUT_MS };
      return api.put<Me>(`/users/me/${portrait}`, { media_id: media.id, crop }, options);
    },
    onSuccess: (me) => {
      uploaded.current = null;
      show(me);
      toast({ message: CHANGED[portrait] });
    },
  });
  const removing = useMutation({
    networkMode: "always",
    mutationFn: () => api.delete<Me>(`/users/me/${portrait}`),
    onSuccess: (me) => {
      show(me);
      toast({ message: REMOVED[portrait] });
    },
  });

  return {
    choosing,
    removing,
    progress,
    cancel: () => {
      abort.current?.abort();
      choosing.reset();
    },
  };
}

/** Puts one's own changed account wherever it is shown. */
function useShowMe(): (me: Me) => void {
  const queries = useQueryClient();
  const session = useSessionStore();
  return (me) => {
    session.updateUser(me);
    patchUser(queries, me.username, () => me);
    updatePostsBy(queries, me.id, (post) => ({ ...post, author: { ...post.author, avatar_url: me.avatar_url } }));
  };
}
