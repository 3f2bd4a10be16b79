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
    send: (pending) => sendPost(api, pending),
    onSent: (pending, post) => {
      placeArrival(queries, post);
      const view = () => navigate(postPath(post));
      toast({ message: strings.compose.sent[pending.context.kind], action: { label: strings.compose.view, onAct: view } });
    },
  });
}

/** Descriptions go first: both steps may be repeated, and no image is seen without its words. */
async function sendPost(api: ApiClient, pending: PendingPost): Promise<Post> {
  const images = pending.images.flatMap(({ media, alt }) => (media ? [{ media, alt: alt.trim() }] : []));
  const changed = images.filter(({ media, alt }) => media.alt !== alt);
  await Promise.all(changed.map(({ media, alt }) => api.patch(`/media/${media.id}`, { alt })));
  const attachments = images.map(({ media }) => media.id);
  const body = { text: pending.text, ...(attachments.length > 0 && { attachments }), ...answering(pending) };
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
