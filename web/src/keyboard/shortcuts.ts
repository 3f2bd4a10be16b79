export type Command =
  | "next"
  | "previous"
  | "like"
  | "reply"
  | "retweet"
  | "new"
  | "search"
  | "home"
  | "discover"
  | "notifications"
  | "profile"
  | "help";

interface Shortcut {
  keys: readonly [string] | readonly [string, string];
  command: Command;
}

/** In the order the help lists them. */
export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ["j"], command: "next" },
  { keys: ["k"], command: "previous" },
  { keys: ["l"], command: "like" },
  { keys: ["r"], command: "reply" },
  { keys: ["t"], command: "retweet" },
  { keys: ["n"], command: "new" },
  { keys: ["/"], command: "search" },
  { keys: ["g", "h"], command: "home" },
  { keys: ["g", "d"], command: "discover" },
  { keys: ["g", "n"], command: "notifications" },
  { keys: ["g", "p"], command: "profile" },
  { keys: ["?"], command: "help" },
];

/** Where these are typed with Shift depends on the keyboard. */
const SIGNS: readonly string[] = ["?", "/"];
const SEQUENCE_PAUSE = 1500;
const repeatable: ReadonlySet<Command> = new Set(["next", "previous"]);

export type KeyStroke = Pick<
  KeyboardEvent,
  "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "repeat" | "isComposing" | "defaultPrevented"
>;

/** Reads key strokes one by one and says which command one completes, sequences included. */
export function makeKeyReader(now: () => number = Date.now): (stroke: KeyStroke) => Command | null {
  let prefix: { key: string; at: number } | null = null;
  return (stroke) => {
    if (stroke.defaultPrevented || stroke.isComposing || stroke.ctrlKey || stroke.metaKey || stroke.altKey) return null;
    if (stroke.key === "Shift") return null;
    const key = stroke.key.toLowerCase();
    if (stroke.shiftKey && !SIGNS.includes(key)) return null;
    const first = prefix && now() - prefix.at < SEQUENCE_PAUSE ? prefix.key : null;
    prefix = null;
    if (first === null && isPrefix(key)) {
      prefix = { key, at: now() };
      return null;
    }
    const command = find(first === null ? [key] : [first, key]);
    return command && stroke.repeat && !repeatable.has(command) ? null : command;
  };
}

function isPrefix(key: string): boolean {
  return SHORTCUTS.some(({ keys }) => keys.length === 2 && keys[0] === key);
}

function find(strokes: string[]): Command | null {
  const found = SHORTCUTS.find(({ keys }) => keys.length === strokes.length && keys.every((key, i) => key === strokes[i]));
  return found?.command ?? null;
}

/** Letters belong to whoever is typing. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  return target.closest("input, textarea, select, [contenteditable=''], [contenteditable='true'], [role='textbox']") !== null;
}
