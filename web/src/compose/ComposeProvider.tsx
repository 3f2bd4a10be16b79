import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { useNavigate } from "react-router";
import type { ApiClient } from "@/api/client";
import { useApi } from "@/api/context";
import type { Post } from "@/api/types";
import { useSession } from "@/session/context";
import { strings } from "@/strings";
import { useToast } from "@/ui/toast-context";
import { placeArrival } from "./arrivals";
import { ComposeContext, type Compose, type OpenComposer } from "./compose-context";
import type { ComposeContext as Target } from "./context";
import { DraftStore } from "./drafts";
import { ImageDesk } from "./images/image-desk";
import { judge } from "./judge";
import { Outbox, type PendingPost } from "./sending";

/** Holds what the signed-in person is writing and what is still on its way. */
export function ComposeProvider({ children }: { children: ReactNode }) {
  const session = useSession();
  const accountId = session.user?.id ?? null;
  const desk = useDesk(accountId, session.status === "member");
  const [opened, setOpened] = useState<OpenComposer | null>(null);

  const open = useCallback((target: Target, post?: Post) => setOpened({ target, post: post ?? null }), []);
  const close = useCallback(() => setOpened(null), []);
  const compose = useMemo<Compose>(
    () => ({ desk, opened: desk === null ? null : opened, open, close }),
    [desk, opened, open, close],
  );
  return <ComposeContext value={compose}>{children}</ComposeContext>;
}

function useDesk(accountId: string | null, signedIn: boolean): Compose["desk"] {
  const api = useApi();
  const queries = useQueryClient();
  const toast = useToast();
  const navigate = useNavigate();

  const desk = useMemo(() => {
    if (accountId === null) return null;
    const drafts = new DraftStore(localStorage, accountId);
    const images = new ImageDesk({
      drafts,
      upload: async (file, options) => (await import("@/media/upload")).upload(api, file, options),
    });
    const outbox = new Outbox({
      storage: localStorage,
      accountId,
      judge,
      send: (pending) => sendPost(api, pending),
      onSent: (pending, post) => {
        placeArrival(queries, post);
        const words = strings.compose.sent[pending.context.kind];
        const view = () => void navigate(`/@${post.author.username}/${post.id}`);
        toast({ message: words, action: { label: strings.compose.view, onAct: view } });
      },
    });
    return { drafts, images, outbox };
  }, [accountId, api, queries, toast, navigate]);

  useEffect(() => {
    if (desk === null) return;
    const wake = () => {
      desk.images.wake();
      desk.outbox.wake();
    };
    const onStorage = (event: StorageEvent) => {
      desk.drafts.onStorage(event);
      desk.outbox.onStorage(event);
    };
    window.addEventListener("online", wake);
    window.addEventListener("storage", onStorage);
    return () => {
      desk.outbox.stop();
      window.removeEventListener("online", wake);
      window.removeEventListener("storage", onStorage);
    };
  }, [desk]);

  useEffect(() => {
    if (signedIn) desk?.outbox.start();
  }, [desk, signedIn]);

  return desk;
}

/** Descriptions go first: both steps may be repeated, and no image is seen without its words. */
async function sendPost(api: ApiClient, pending: PendingPost): Promise<Post> {
  const images = pending.images.flatMap(({ media, alt }) => (media ? [{ media, alt: alt.trim() }] : []));
  const undescribed = images.filter(({ media, alt }) => media.alt !== alt);
  await Promise.all(undescribed.map(({ media, alt }) => api.patch(`/media/${media.id}`, { alt })));
  const body = { text: pending.text, attachments: images.map(({ media }) => media.id), ...answering(pending) };
  return api.post<Post>("/posts", body, { idempotencyKey: pending.key });
}

function answering({ context }: PendingPost): { reply_to?: string; quote_of?: string } {
  switch (context.kind) {
    case "new":
      return {};
    case "reply":
      return { reply_to: context.id };
    case "quote":
      return { quote_of: context.id };
  }
}
