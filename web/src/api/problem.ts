import type { ProblemBody } from "./types";

/** Why a call failed: the server said so, it could not be reached, or it took too long. */
export type ProblemKind = "http" | "network" | "timeout";

interface ProblemDetails {
  kind: ProblemKind;
  status?: number;
  title?: string;
  detail?: string;
  requestId?: string | null;
  retryAfter?: number | null;
  errors?: { field: string; message: string }[];
}

export class ApiProblem extends Error {
  readonly kind: ProblemKind;
  /** 0 when there was no answer. */
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string | null;
  /** Seconds to wait before the next try, when the server gave them. */
  readonly retryAfter: number | null;
  readonly errors: readonly { field: string; message: string }[];

  constructor({ kind, status = 0, title = "", detail = "", requestId = null, retryAfter = null, errors = [] }: ProblemDetails) {
    super(detail || title || kind);
    this.name = "ApiProblem";
    this.kind = kind;
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
    this.errors = errors;
  }

  /** The first message of each field, for forms. */
  get fieldErrors(): Record<string, string> {
    const byField: Record<string, string> = {};
    for (const { field, message } of this.errors) byField[field] ??= message;
    return byField;
  }

  /** Whether the same request may succeed when sent again. */
  get isTemporary(): boolean {
    return this.kind !== "http" || this.status === 429 || this.status >= 500;
  }
}

function isProblemBody(value: unknown): value is ProblemBody {
  return typeof value === "object" && value !== null && "title" in value && typeof value.title === "string";
}

function secondsUntil(retryAfter: string | null): number | null {
  if (retryAfter === null) return null;
  const seconds = Number(retryAfter);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - Date.now()) / 1000));
}

export async function problemFromResponse(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => null);
  const problem = isProblemBody(body) ? body : null;
  return new ApiProblem({
    kind: "http",
    status: response.status,
    title: problem?.title ?? response.statusText,
    detail: problem?.detail ?? "",
    requestId: problem?.request_id ?? response.headers.get("X-Request-ID"),
    retryAfter: secondsUntil(response.headers.get("Retry-After")),
    errors: problem?.errors ?? [],
  });
}
