import type { Boot } from "@/api/types";

const EMPTY: Boot = { session: null, home: null, discover: null, trends: null };

/** What the document brought along; it is used once and then dropped. */
export function takeBoot(): Boot {
  const element = document.getElementById("boot");
  if (element === null) return EMPTY;
  element.remove();
  try {
    return { ...EMPTY, ...(JSON.parse(element.textContent) as Partial<Boot>) };
  } catch {
    return EMPTY;
  }
}
