import { useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { useMe } from "@/session/context";
import { strings } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { useCompose, useDraft } from "./compose-context";
import type { ComposeContext as Target } from "./context";
import { CounterRing } from "./CounterRing";
import { checkText } from "./graphemes";
import { ImageButton } from "./images/ImageButton";
import { MAX_IMAGES } from "./images/images";
import { ImageTray } from "./images/ImageTray";
import { obstacleOf, undescribed } from "./images/readiness";
import { useDraftImages } from "./images/use-draft-images";
import { useImageInput } from "./images/use-image-input";

interface ComposerProps {
  target: Target;
  /** Inline composers stay small until someone writes. */
  placement: "inline" | "sheet";
  autoFocus?: boolean;
  /** What is quoted, below the text. */
  children?: ReactNode;
  onSent?: () => void;
}

/** Writes one post. Every keystroke is kept; sending hands the text over to the outbox at once. */
export function Composer({ target, placement, autoFocus = false, children, onSent }: ComposerProps) {
  const me = useMe();
  const { desk } = useCompose();
  const [text, setText] = useDraft(target);
  // Folding up again when the focus leaves would move what the next click is aimed at.
  const [woken, setWoken] = useState(placement === "sheet" || text !== "");
  const images = useDraftImages(target);
  const input = useImageInput(target);
  const [describing, setDescribing] = useState<string | null>(null);
  const [reminding, setReminding] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const problemId = useId();
  const { text: ready, count, remaining, problem } = checkText(text);
  useGrowingField(field, text);
  useInitialFocus(field, autoFocus);
  if (me === null || desk === null) return null;

  const obstacle = obstacleOf(images);
  const post = () => {
    const kept = desk.drafts.images(target);
    desk.drafts.clear(target);
    desk.images.release(kept);
    desk.outbox.add(ready, target, kept);
    onSent?.();
  };
  const send = () => {
    if (problem !== null) field.current?.focus();
    else if (obstacle === null && undescribed(images).length > 0) setReminding(true);
    else if (obstacle === null) post();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.nativeEvent.isComposing) {
      event.preventDefault();
      send();
    }
  };
  const words = strings.compose[target.kind];
  const said = problem === "too-long" ? strings.compose.tooLong(-remaining) : problem === "control" ? strings.compose.control : null;
  const hint = obstacle ?? (problem === "empty" && images.length > 0 ? strings.media.needsText : null);

  return (
    <form
      aria-label={words.label}
      className={cx("relative flex gap-3 px-4 py-3", input.over && "bg-accent-soft outline-2 -outline-offset-4 outline-accent outline-dashed")}
      {...input.drop}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Avatar user={me} />
      <div className="min-w-0 flex-1">
        <textarea
          ref={field}
          value={text}
          rows={1}
          dir="auto"
          aria-label={words.label}
          aria-invalid={said !== null || undefined}
          aria-describedby={said === null ? undefined : problemId}
          placeholder={words.placeholder}
          onFocus={() => setWoken(true)}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={input.onPaste}
          className={cx(
            "block field-sizing-content w-full resize-none overflow-hidden bg-transparent py-2.5 text-base outline-none placeholder:text-muted",
            placement === "sheet" && images.length === 0 && "min-h-28",
          )}
        />
        {images.length > 0 && (
          <ImageTray
            target={target}
            images={images}
            describing={describing}
            onDescribe={setDescribing}
            reminding={reminding}
            onReminded={(anyway) => {
              setReminding(false);
              if (anyway) post();
            }}
          />
        )}
        {children}
        {said !== null && (
          <p id={problemId} className="pt-1 text-sm text-danger">
            {said}
          </p>
        )}
        {(woken || images.length > 0) && (
          <div className="mt-1 flex items-center gap-4">
            <ImageButton full={images.length >= MAX_IMAGES} onFiles={input.add} />
            <p role="status" className="min-w-0 flex-1 text-xs text-muted">
              {hint}
            </p>
            <CounterRing count={count} remaining={remaining} />
            <Button type="submit" variant="primary" size="sm" disabled={problem !== null || obstacle !== null}>
              {words.send}
            </Button>
          </div>
        )}
      </div>
    </form>
  );
}

/** Browsers that cannot size a field by its content are helped. */
function useGrowingField(field: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null || CSS.supports("field-sizing", "content")) return;
    fitToText(element);
    const width = new ResizeObserver(() => fitToText(element));
    width.observe(element);
    return () => width.disconnect();
  }, [field, text]);
}

function fitToText(element: HTMLTextAreaElement): void {
  element.style.height = "auto";
  element.style.height = `${element.scrollHeight}px`;
}

function useInitialFocus(field: React.RefObject<HTMLTextAreaElement | null>, wanted: boolean): void {
  useLayoutEffect(() => {
    const element = field.current;
    if (!wanted || element === null) return;
    const focus = () => {
      if (document.activeElement === element) return;
      element.focus({ preventScroll: true });
      element.setSelectionRange(element.value.length, element.value.length);
    };
    // At once, so that no key of somebody who is typing goes astray.
    focus();
    // A dialog takes the focus when it opens, which is after this.
    requestAnimationFrame(focus);
  }, [field, wanted]);
}
