import { useState } from "react";
import { useMe } from "@/session/context";
import { strings } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { useCompose, useDraft } from "./compose-context";
import type { ComposeContext as Target } from "./context";
import { trayLook } from "./images/images";

/** The composer in a page: a field to write in at once, and all the rest as soon as it is there. */
export function InlineComposer({ target }: { target: Target }) {
  const { writing, desk } = useCompose();
  const [focused, setFocused] = useState(false);
  // Some keyboards compose a letter from several keys; the field must not be changed under them.
  const [composing, setComposing] = useState(false);
  if (writing && desk && !composing) return <writing.Composer target={target} placement="inline" autoFocus={focused} />;
  return <FieldFirst target={target} onFocused={setFocused} onComposing={setComposing} />;
}

interface FieldFirstProps {
  target: Target;
  onFocused: (focused: boolean) => void;
  onComposing: (composing: boolean) => void;
}

/** Looks like the composer, and keeps what is typed like it. */
function FieldFirst({ target, onFocused, onComposing }: FieldFirstProps) {
  const me = useMe();
  const { drafts } = useCompose();
  const [text, setText] = useDraft(target);
  const kept = drafts?.images(target).length ?? 0;
  if (me === null) return null;
  const words = strings.compose[target.kind];
  return (
    <div className="flex gap-3 px-4 py-3">
      <Avatar user={me} />
      <div className="min-w-0 flex-1">
        <textarea
          value={text}
          rows={1}
          dir="auto"
          aria-label={words.label}
          placeholder={words.placeholder}
          onFocus={() => onFocused(true)}
          onBlur={() => onFocused(false)}
          onCompositionStart={() => onComposing(true)}
          onCompositionEnd={() => onComposing(false)}
          onChange={(event) => setText(event.target.value)}
          className="block field-sizing-content w-full resize-none overflow-hidden bg-transparent py-2.5 text-base outline-none placeholder:text-muted"
        />
        {kept > 0 && (
          <div className={trayLook(kept)}>
            {Array.from({ length: kept }, (_, index) => (
              <div key={index} className="rounded-card bg-hover" />
            ))}
          </div>
        )}
        {/* The room of the buttons that come with a text. */}
        {(text !== "" || kept > 0) && <div className="mt-1 h-9 pointer-coarse:h-11" />}
      </div>
    </div>
  );
}
