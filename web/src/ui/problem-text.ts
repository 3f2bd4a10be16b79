import { ApiProblem } from "@/api/problem";
import { strings } from "@/strings";

/** What happened, in words for people. */
export function problemText(error: unknown): string {
  const words = strings.problem;
  if (!(error instanceof ApiProblem)) return words.unknown;
  if (error.kind === "network") return words.network;
  if (error.kind === "timeout") return words.timeout;
  if (error.status === 429) return words.tooMany(error.retryAfter);
  if (error.status >= 500) return words.server;
  return error.errors[0]?.message || error.detail || error.title || words.unknown;
}
