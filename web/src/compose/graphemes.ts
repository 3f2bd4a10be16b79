export const MAX_GRAPHEMES = 280;

export type TextProblem = "empty" | "too-long" | "control";

export interface TextCheck {
  /** What is sent: NFC, line ends as "\n", without blank edges. */
  text: string;
  count: number;
  remaining: number;
  problem: TextProblem | null;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
// Line breaks are wanted; every other control character is refused, as the server does.
const control = /[^\P{Cc}\n]/u;

export function normalise(text: string): string {
  return text.replace(/\r\n?/g, "\n").trim().normalize("NFC");
}

export function countGraphemes(text: string): number {
  return Array.from(segmenter.segment(text)).length;
}

export function checkText(raw: string): TextCheck {
  const text = normalise(raw);
  const count = countGraphemes(text);
  const remaining = MAX_GRAPHEMES - count;
  return { text, count, remaining, problem: findProblem(text, remaining) };
}

function findProblem(text: string, remaining: number): TextProblem | null {
  if (text === "") return "empty";
  if (control.test(text)) return "control";
  return remaining < 0 ? "too-long" : null;
}
