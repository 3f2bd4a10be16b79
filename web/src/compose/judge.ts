import { ApiProblem } from "@/api/problem";
import { problemText } from "@/ui/problem-text";
import type { Verdict } from "./sending";

/** Tells a failure that time can mend from one that only the writer can. */
export function judge(error: unknown): Verdict {
  if (!(error instanceof ApiProblem) || error.isTemporary || error.status === 409) {
    const seconds = error instanceof ApiProblem ? error.retryAfter : null;
    return seconds === null ? { kind: "retry" } : { kind: "retry", afterMs: seconds * 1000 };
  }
  if (error.status === 401) return { kind: "signed-out" };
  return { kind: "refused", reason: problemText(error) };
}
