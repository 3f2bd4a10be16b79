import { ApiProblem, problemFromResponse } from "./problem";

export const BASE = "/api/v1";
const TIMEOUT_MS = 15_000;

/** Where the client takes its access token from, and how it asks for a fresh one. */
export interface TokenSource {
  accessToken(): string | null;
  /** A token other than `stale`, or null when the session is over. Rejects when the server cannot be asked. */
  refresh(stale: string): Promise<string | null>;
}

type QueryValue = string | number | boolean | null | undefined;

export interface RequestOptions {
  /** A list is sent as one parameter for each of its values. */
  query?: Record<string, QueryValue | readonly string[]>;
  body?: unknown;
  signal?: AbortSignal | undefined;
  idempotencyKey?: string | undefined;
  timeoutMs?: number;
  /** Lets the request outlive the page that sends it. */
  keepalive?: boolean;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Calls the HTTP API: bearer token, one refresh after a 401, a time limit, and every failure as an `ApiProblem`. */
export class ApiClient {
  readonly #tokens: TokenSource;

  constructor(tokens: TokenSource) {
    this.#tokens = tokens;
  }

  get<T>(path: string, options?: Omit<RequestOptions, "body" | "idempotencyKey">): Promise<T> {
    return this.#request<T>("GET", path, options);
  }

  post<T>(path: string, body?: unknown, options?: Omit<RequestOptions, "body">): Promise<T> {
    return this.#request<T>("POST", path, { ...options, body });
  }

  put<T>(path: string, body: unknown, options?: Omit<RequestOptions, "body">): Promise<T> {
    return this.#request<T>("PUT", path, { ...options, body });
  }

  patch<T>(path: string, body: unknown, options?: Omit<RequestOptions, "body">): Promise<T> {
    return this.#request<T>("PATCH", path, { ...options, body });
  }

  delete<T = undefined>(path: string, body?: unknown, options?: Omit<RequestOptions, "body">): Promise<T> {
    return this.#request<T>("DELETE", path, { ...options, body });
  }

  /** Makes a call in another way, as uploads do; it is given the token and may be made twice. */
  async sendBy<T>(call: (token: string | null) => Promise<Response>): Promise<T> {
    const token = this.#tokens.accessToken();
    let response = await call(token);
    if (response.status === 401 && token !== null) {
      const fresh = await this.#tokens.refresh(token);
      if (fresh !== null) response = await call(fresh);
    }
    return read<T>(response);
  }

  #request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
    return this.sendBy<T>((token) => send(method, path, token, options));
  }
}

/** A call without a session, as the session itself makes them. */
export async function callWithoutToken<T>(path: string, body: unknown): Promise<T> {
  return read<T>(await send("POST", path, null, { body }));
}

async function send(method: Method, path: string, token: string | null, options: RequestOptions): Promise<Response> {
  const headers = new Headers({ Accept: "application/json" });
  if (token !== null) headers.set("Authorization", `Bearer ${token}`);
  if (options.idempotencyKey !== undefined) headers.set("Idempotency-Key", options.idempotencyKey);
  if (options.body !== undefined) headers.set("Content-Type", "application/json");

  const limit = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  try {
    return await fetch(BASE + path + queryString(options.query), {
      method,
      headers,
      signal,
      credentials: "same-origin",
      keepalive: options.keepalive ?? false,
      body: options.body === undefined ? null : JSON.stringify(options.body),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiProblem({ kind: limit.aborted ? "timeout" : "network" });
  }
}

async function read<T>(response: Response): Promise<T> {
  if (!response.ok) throw await problemFromResponse(response);
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch {
    throw new ApiProblem({ kind: "network", status: response.status });
  }
}

function queryString(query: RequestOptions["query"]): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (Array.isArray(value)) for (const one of value as readonly string[]) params.append(name, one);
    else if (value !== null && value !== undefined) params.set(name, String(value));
  }
  const text = params.toString();
  return text && `?${text}`;
}

/** A fresh Idempotency-Key. Keep it for every retry of the same action. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
