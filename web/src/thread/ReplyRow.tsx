import { useRef } from "react";
import { PostCard } from "@/post/PostCard";
import { strings } from "@/strings";
import { cx } from "@/ui/cx";
import { Gap } from "./Gap";
import type { ThreadNode, ThreadRow } from "./tree";

/** Deeper answers are not moved further in, so that words keep their room. */
const DEEPEST = 4;

interface ReplyRowProps {
  row: ThreadRow;
  onToggle: (id: string) => void;
}

/** One answer with the guides that lead to it and the switch that folds its branch. */
export function ReplyRow({ row: { node, depth, guides, collapsed }, onToggle }: ReplyRowProps) {
  const level = Math.min(depth, DEEPEST);
  const branch = node.children.length > 0;
  const self = useRef<HTMLDivElement>(null);
  const toggle = () => {
    onToggle(node.id);
    // One switch takes the other's place, and with it the focus.
    requestAnimationFrame(() => self.current?.querySelector<HTMLElement>("[data-branch]")?.focus({ preventScroll: true }));
  };
  const rail = branch && !collapsed && <BranchRail node={node} drawn={depth < DEEPEST} onToggle={toggle} />;
  return (
    <div
      ref={self}
      className={cx("relative", depth === 0 && "border-t border-line first:border-t-0")}
      style={{ "--level": level } as React.CSSProperties}
    >
      {guides.slice(0, DEEPEST).map((goesOn, at) => (
        <Guide key={at} level={at} goesOn={goesOn} elbow={at === depth - 1 ? (node.post ? "post" : "gap") : null} />
      ))}
      <div className="ps-[calc(var(--level)*var(--thread-step))]">
        {node.post ? (
          <PostCard
            name={node.id}
            post={node.post}
            avatarSize={32}
            showReplyTo={depth > DEEPEST}
            rail={rail}
            className="pt-3.5"
          />
        ) : (
          <div data-card={node.id}>
            <Gap small linked={branch && !collapsed && depth < DEEPEST} />
          </div>
        )}
        {branch && collapsed && (
          <button
            type="button"
            data-branch
            aria-expanded={false}
            onClick={toggle}
            className="mb-2 ms-14 min-h-11 rounded-full px-3 text-sm font-semibold text-accent hover:bg-hover"
          >
            {strings.thread.show(node.descendants)}
          </button>
        )}
      </div>
    </div>
  );
}

function BranchRail({ node, drawn, onToggle }: { node: ThreadNode; drawn: boolean; onToggle: () => void }) {
  const label = `${strings.thread.hide(node.descendants)} ${strings.thread.branchOf(node.post?.author.username ?? "")}`;
  return (
    <>
      <span className={cx("mt-1.5 w-px flex-1", drawn && "bg-line-strong/50")} />
      <button
        type="button"
        data-branch
        aria-expanded
        aria-label={label}
        title={label}
        onClick={onToggle}
        className="relative grid size-6 place-items-center rounded-full border border-line-strong/50 bg-canvas text-muted before:absolute before:-inset-2.5 hover:border-accent hover:text-accent"
      >
        <svg viewBox="0 0 12 12" className="size-3" aria-hidden="true">
          <path d="M2.5 6h7" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" />
        </svg>
      </button>
      <span className={cx("h-2.5 w-px", drawn && "bg-line-strong/50")} />
    </>
  );
}

/** A line from an answer down to those below it, bending in where one of them begins. */
function Guide({ level, goesOn, elbow }: { level: number; goesOn: boolean; elbow: "post" | "gap" | null }) {
  const place = { insetInlineStart: `calc(32px + ${level} * var(--thread-step))` };
  return (
    <>
      {goesOn && <span aria-hidden="true" style={place} className="pointer-events-none absolute inset-y-0 z-1 w-px bg-line-strong/50" />}
      {elbow && (
        <span
          aria-hidden="true"
          style={place}
          className={cx(
            "pointer-events-none absolute top-0 z-1 w-[calc(var(--thread-step)-17px)] rounded-es-[0.625rem] border-s border-b border-line-strong/50",
            elbow === "post" ? "h-[30px]" : "h-5",
          )}
        />
      )}
    </>
  );
}
