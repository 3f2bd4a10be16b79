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
// Line breaks are wanted; what else cannot be shown is refused, as the server does.
const control = /[^\P{Cc}\n]|[\p{Cs}\p{Co}]/u;
const visible = /[^\p{Z}\p{C}]/u;

export function normalise(text: string): string {
  return text.replace(/\r\n?/g, "\n").replaceAll("\t", " ").trim().normalize("NFC");
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
  if (control.test(text)) return "control";
  if (!visible.test(text)) return "empty";
  return remaining < 0 ? "too-long" : null;
}
