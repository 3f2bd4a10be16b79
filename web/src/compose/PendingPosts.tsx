import { useMe } from "@/session/context";
import { strings } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { useCompose, usePendingPosts } from "./compose-context";
import { MAX_IMAGES, type DraftImage } from "./images/images";
import type { PendingPost } from "./sending";

/** What is written but not there yet. */
export function PendingPosts({ only = () => true }: { only?: (pending: PendingPost) => boolean }) {
  const pending = usePendingPosts().filter(only);
  if (pending.length === 0) return null;
  return (
    <section aria-label={strings.compose.pendingLabel}>
      {pending.map((item) => (
        <PendingCard key={item.key} pending={item} />
      ))}
    </section>
  );
}

function PendingCard({ pending }: { pending: PendingPost }) {
  const me = useMe();
  const { desk, open } = useCompose();
  if (me === null || desk === null) return null;
  const { outbox, drafts } = desk;
  const refused = pending.state === "refused";

  const takeBack = () => {
    outbox.remove(pending.key);
    const begun = drafts.get(pending.context);
    drafts.set(pending.context, begun === "" ? pending.text : `${pending.text}\n\n${begun}`);
    drafts.setImages(pending.context, [...pending.images, ...drafts.images(pending.context)].slice(0, MAX_IMAGES));
    open(pending.context);
  };

  return (
    <div className="flex animate-fade gap-3 border-b border-line px-4 py-3">
      <Avatar user={me} className={cx(!refused && "opacity-60")} />
      <div className="min-w-0 flex-1">
        <p className="truncate text-sm">
          <bdi className="font-semibold">{me.display_name || me.username}</bdi>
        </p>
        <p dir="auto" className={cx("whitespace-pre-wrap", !refused && "text-muted")}>
          {pending.text}
        </p>
        {pending.images.length > 0 && <PendingImages images={pending.images} />}
        <p role="status" className={cx("mt-1 text-sm", refused ? "text-danger" : "text-muted")}>
          {stateText(pending)}
        </p>
        <div className="mt-1 -ms-4 flex flex-wrap">
          {pending.state === "waiting" && pending.attempts > 0 && (
            <Button size="sm" variant="quiet" onClick={() => outbox.wake()}>
              {strings.compose.sendNow}
            </Button>
          )}
          {refused && (
            <Button size="sm" variant="quiet" onClick={() => outbox.retry(pending.key)}>
              {strings.ui.retry}
            </Button>
          )}
          {pending.state !== "sending" && (pending.attempts > 0 || refused) && (
            <Button size="sm" variant="quiet" onClick={takeBack}>
              {strings.compose.edit}
            </Button>
          )}
        </div>
      </div>
    </div>
  );
}

function PendingImages({ images }: { images: readonly DraftImage[] }) {
  return (
    <ul role="list" className="mt-2 flex gap-2">
      {images.map(({ key, media, alt }) => (
        <li key={key} className="size-16 overflow-hidden rounded-control bg-hover">
          {media && <img src={media.thumbnail_url} alt={alt || strings.media.undescribed} width={64} height={64} className="size-full object-cover" />}
        </li>
      ))}
    </ul>
  );
}

function stateText({ state, attempts, reason }: PendingPost): string {
  const words = strings.compose.state;
  if (state === "refused") return words.refused(reason ?? "");
  if (state === "signed-out") return words.signedOut;
  return attempts > 1 || (state === "waiting" && attempts > 0) ? words.waiting : words.sending;
}
