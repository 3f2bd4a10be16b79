import { useCallback, useState } from "react";

const KEY = "chirrup.collapsed";

/** Which branches are folded away; a reload or going back finds them so. */
export function useCollapsed(historyKey: string) {
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(() => new Set(read(historyKey)));
  const toggle = useCallback(
    (id: string) =>
      setCollapsed((before) => {
        const next = new Set(before);
        if (!next.delete(id)) next.add(id);
        write(historyKey, next);
        return next;
      }),
    [historyKey],
  );
  return { collapsed, toggle };
}

function read(historyKey: string): string[] {
  try {
    const stored = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as { key: string; ids: string[] } | null;
    return stored?.key === historyKey ? stored.ids : [];
  } catch {
    return [];
  }
}

function write(historyKey: string, ids: ReadonlySet<string>): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ key: historyKey, ids: [...ids] }));
  } catch {
    // Without storage everything is unfolded again after a reload.
  }
}
