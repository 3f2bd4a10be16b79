import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { useNavigate } from "react-router";
import { useApi } from "@/api/context";
import type { Post } from "@/api/types";
import { useSession } from "@/session/context";
import { strings } from "@/strings";
import { useToast } from "@/ui/toast-context";
import { placeArrival } from "./arrivals";
import { ComposeContext, type Compose, type OpenComposer } from "./compose-context";
import type { ComposeContext as Target } from "./context";
import { DraftStore } from "./drafts";
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
    const outbox = new Outbox({
      storage: localStorage,
      accountId,
      judge,
      send: (pending) => api.post<Post>("/posts", bodyOf(pending), { idempotencyKey: pending.key }),
      onSent: (pending, post) => {
        placeArrival(queries, post);
        const words = strings.compose.sent[pending.context.kind];
        const view = () => void navigate(`/@${post.author.username}/${post.id}`);
        toast({ message: words, action: { label: strings.compose.view, onAct: view } });
      },
    });
    return { drafts, outbox };
  }, [accountId, api, queries, toast, navigate]);

  useEffect(() => {
    if (desk === null) return;
    const wake = () => desk.outbox.wake();
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

function bodyOf({ text, context }: PendingPost): { text: string; reply_to?: string; quote_of?: string } {
  switch (context.kind) {
    case "new":
      return { text };
    case "reply":
      return { text, reply_to: context.id };
    case "quote":
      return { text, quote_of: context.id };
  }
}
