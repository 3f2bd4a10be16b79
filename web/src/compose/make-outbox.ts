import type { QueryClient } from "@tanstack/react-query";
import type { ApiClient } from "@/api/client";
import type { Post } from "@/api/types";
import { postPath } from "@/post/paths";
import { strings } from "@/strings";
import type { Toast } from "@/ui/toast-context";
import { placeArrival } from "./arrivals";
import { judge } from "./judge";
import { Outbox, type PendingPost } from "./sending";

interface Surroundings {
  accountId: string;
  api: ApiClient;
  queries: QueryClient;
  toast: (toast: Toast) => void;
  navigate: (path: string) => void;
}

/** An account's outbox, which puts what was sent where its author expects it, and says so. */
export function makeOutbox({ accountId, api, queries, toast, navigate }: Surroundings): Outbox {
  return new Outbox({
    storage: localStorage,
    accountId,
    judge,
    send: (pending) => api.post<Post>("/posts", bodyOf(pending), { idempotencyKey: pending.key }),
    onSent: (pending, post) => {
      placeArrival(queries, post);
      const view = () => navigate(postPath(post));
      toast({ message: strings.compose.sent[pending.context.kind], action: { label: strings.compose.view, onAct: view } });
    },
  });
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
