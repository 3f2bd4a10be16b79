import { useEffect, useRef, type ReactNode } from "react";
import { strings } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { cx } from "@/ui/cx";
import { exactNumber } from "@/ui/format";
import { SearchIcon } from "@/ui/icons";
import { ClockIcon, HashIcon } from "./icons";
import { optionId, type SearchOption } from "./options";

const words = strings.search;

interface SuggestionListProps {
  id: string;
  options: readonly SearchOption[];
  /** The option that the keys are at, -1 while they are at the field. */
  active: number;
  onChoose: (option: SearchOption) => void;
}

/** The list under the field. The focus stays in the field, which names the option that is active. */
export function SuggestionList({ id, options, active, onChoose }: SuggestionListProps) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [active]);

  return (
    <ul
      ref={list}
      id={id}
      role="listbox"
      aria-label={words.suggestions}
      className="absolute inset-x-0 top-full z-30 mt-2 max-h-[min(26rem,60dvh)] animate-fade overflow-y-auto rounded-card bg-float py-2 shadow-float"
    >
      {options.map((option, index) => (
        // The field keeps the focus, and with it the keys.
        // eslint-disable-next-line jsx-a11y/click-events-have-key-events
        <li
          key={keyOf(option)}
          id={optionId(id, index)}
          role="option"
          aria-selected={index === active}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(option)}
          className={cx("flex min-h-12 cursor-pointer items-center gap-3 px-4 py-1.5 hover:bg-hover", index === active && "bg-hover outline-2 -outline-offset-2 outline-accent")}
        >
          <OptionFace option={option} />
        </li>
      ))}
    </ul>
  );
}

function OptionFace({ option }: { option: SearchOption }) {
  switch (option.kind) {
    case "search":
      return <Face icon={<SearchIcon />} title={words.searchFor(option.text)} />;
    case "recent":
      return <Face icon={<ClockIcon />} title={option.text} />;
    case "tag":
      return (
        <Face
          icon={<HashIcon />}
          title={`#${option.tag.tag}`}
          note={words.tagPosts(exactNumber(option.tag.posts_count), option.tag.posts_count)}
        />
      );
    case "person":
      return <Face icon={<Avatar user={option.user} size={36} />} title={option.user.display_name || option.user.username} note={`@${option.user.username}`} />;
  }
}

function Face({ icon, title, note }: { icon: ReactNode; title: string; note?: string }) {
  return (
    <>
      <span className="grid w-9 shrink-0 place-items-center text-muted">{icon}</span>
      <span className="min-w-0">
        <bdi className="block truncate text-sm font-semibold">{title}</bdi>
        {note && <span className="block truncate text-xs text-muted">{note}</span>}
      </span>
    </>
  );
}

function keyOf(option: SearchOption): string {
  switch (option.kind) {
    case "person":
      return `person ${option.user.id}`;
    case "tag":
      return `tag ${option.tag.tag}`;
    default:
      return `${option.kind} ${option.text}`;
  }
}
