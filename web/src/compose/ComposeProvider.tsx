import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { useNavigate } from "react-router";
import { useApi } from "@/api/context";
import type { Post } from "@/api/types";
import { useLater } from "@/app/use-later";
import { useSession } from "@/session/context";
import { strings } from "@/strings";
import { useToast } from "@/ui/toast-context";
import { ComposeContext, type Compose, type OpenComposer, type Writing } from "./compose-context";
import type { ComposeContext as Target } from "./context";
import { DraftStore } from "./drafts";
import type { ImageDesk } from "./images/image-desk";
import type { Outbox } from "./sending";

const loadWriting = () => import("./writing");

interface ComposeProviderProps {
  children: ReactNode;
  writing?: Writing | null;
}

/** Holds what the signed-in person is writing and what is still on its way. */
export function ComposeProvider({ children, writing: given = null }: ComposeProviderProps) {
  const session = useSession();
  const accountId = session.user?.id ?? null;
  const [opened, setOpened] = useState<OpenComposer | null>(null);
  const open = useCallback((target: Target, post?: Post) => setOpened({ target, post: post ?? null }), []);
  const close = useCallback(() => setOpened(null), []);

  const toast = useToast();
  const writing = useLater(loadWriting, {
    given,
    wanted: accountId !== null && (opened !== null || leftSomething(accountId)),
    onFailure: () => toast({ message: strings.compose.notLoaded, tone: "error" }),
  });
  const drafts = useDrafts(accountId);
  const images = useImages(writing, drafts);
  const outbox = useOutbox(writing, accountId, session.status === "member");

  const compose = useMemo<Compose>(
    () => ({
      writing,
      drafts,
      desk: drafts && images && outbox && { drafts, images, outbox },
      opened: drafts && opened,
      open,
      close,
    }),
    [writing, drafts, images, outbox, opened, open, close],
  );
  return <ComposeContext value={compose}>{children}</ComposeContext>;
}

/** Posts that an earlier page could not send do not wait until the browser is idle. */
function leftSomething(accountId: string): boolean {
  return (localStorage.getItem(`chirrup.outbox.${accountId}`) ?? "[]") !== "[]";
}

function useDrafts(accountId: string | null): DraftStore | null {
  const drafts = useMemo(() => (accountId === null ? null : new DraftStore(localStorage, accountId)), [accountId]);
  useStorageEvents(drafts);
  return drafts;
}

function useImages(writing: Writing | null, drafts: DraftStore | null): ImageDesk | null {
  const api = useApi();
  const images = useMemo(() => writing && drafts && writing.makeImageDesk(api, drafts), [writing, api, drafts]);
  useEffect(() => {
    if (images === null) return;
    const wake = () => images.wake();
    window.addEventListener("online", wake);
    return () => window.removeEventListener("online", wake);
  }, [images]);
  return images;
}

function useOutbox(writing: Writing | null, accountId: string | null, signedIn: boolean): Outbox | null {
  const api = useApi();
  const queries = useQueryClient();
  const toast = useToast();
  const navigate = useNavigate();

  const outbox = useMemo(() => {
    if (writing === null || accountId === null) return null;
    return writing.makeOutbox({ accountId, api, queries, toast, navigate: (path) => void navigate(path) });
  }, [writing, accountId, api, queries, toast, navigate]);
  useStorageEvents(outbox);

  useEffect(() => {
    if (outbox === null) return;
    const wake = () => outbox.wake();
    window.addEventListener("online", wake);
    return () => {
      outbox.stop();
      window.removeEventListener("online", wake);
    };
  }, [outbox]);

  useEffect(() => {
    if (signedIn) outbox?.start();
  }, [outbox, signedIn]);

  return outbox;
}

/** What another tab writes is seen here. */
function useStorageEvents(store: { onStorage: (event: StorageEvent) => void } | null): void {
  useEffect(() => {
    if (store === null) return;
    window.addEventListener("storage", store.onStorage);
    return () => window.removeEventListener("storage", store.onStorage);
  }, [store]);
}
