import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiClient, newIdempotencyKey, type TokenSource } from "./client";
import { ApiProblem } from "./problem";

const fetchMock = vi.fn<typeof fetch>();

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers });
}

function tokens(token: string | null, fresh: string | null = "fresh"): TokenSource {
  let current = token;
  return {
    accessToken: () => current,
    refresh: vi.fn(() => {
      current = fresh;
      return Promise.resolve(fresh);
    }),
  };
}

function sentHeaders(call: number): Headers {
  return new Headers(fetchMock.mock.calls[call]?.[1]?.headers);
}

async function problemOf(work: Promise<unknown>): Promise<ApiProblem> {
  const error: unknown = await work.catch((caught: unknown) => caught);
  if (!(error instanceof ApiProblem)) throw new Error("expected an ApiProblem");
  return error;
}

beforeEach(() => {
  fetchMock.mockReset();
  vi.stubGlobal("fetch", fetchMock);
});

describe("requests", () => {
  it("sends the token, the body and the idempotency key", async () => {
    fetchMock.mockResolvedValue(json(201, { id: "1" }));
    const answer = await new ApiClient(tokens("t")).post("/posts", { text: "hi" }, { idempotencyKey: "k" });

    expect(answer).toEqual({ id: "1" });
    expect(fetchMock.mock.calls[0]?.[0]).toBe("/api/v1/posts");
    expect(sentHeaders(0).get("Authorization")).toBe("Bearer t");
    expect(sentHeaders(0).get("Idempotency-Key")).toBe("k");
    expect(fetchMock.mock.calls[0]?.[1]?.body).toBe('{"text":"hi"}');
  });

  it("leaves out what is not asked for", async () => {
    fetchMock.mockResolvedValue(json(200, {}));
    await new ApiClient(tokens(null)).get("/feed", { query: { limit: 20, cursor: null, newer_than: undefined } });

    expect(fetchMock.mock.calls[0]?.[0]).toBe("/api/v1/feed?limit=20");
    expect(sentHeaders(0).has("Authorization")).toBe(false);
  });

  it("answers nothing for 204", async () => {
    fetchMock.mockResolvedValue(new Response(null, { status: 204 }));
    expect(await new ApiClient(tokens("t")).delete("/posts/1")).toBeUndefined();
  });

  it("makes a key of its own for every action", () => {
    expect(newIdempotencyKey()).toMatch(/^[0-9a-f]{32}$/);
    expect(newIdempotencyKey()).not.toBe(newIdempotencyKey());
  });
});

describe("an access token that has run out", () => {
  it("is refreshed once, and the request repeated with the fresh one", async () => {
    fetchMock.mockResolvedValueOnce(json(401, { title: "Not authenticated" })).mockResolvedValueOnce(json(200, { ok: true }));
    const source = tokens("stale");

    expect(await new ApiClient(source).get("/feed")).toEqual({ ok: true });
    expect(source.refresh).toHaveBeenCalledExactlyOnceWith("stale");
    expect(sentHeaders(1).get("Authorization")).toBe("Bearer fresh");
  });

  it("is not refreshed a second time for the same request", async () => {
    fetchMock.mockImplementation(() => Promise.resolve(json(401, { title: "Not authenticated" })));
    const source = tokens("stale");

    expect((await problemOf(new ApiClient(source).get("/feed"))).status).toBe(401);
    expect(fetchMock).toHaveBeenCalledTimes(2);
    expect(source.refresh).toHaveBeenCalledTimes(1);
  });

  it("fails with the first answer when the session is over", async () => {
    fetchMock.mockResolvedValue(json(401, { title: "Not authenticated" }));
    expect((await problemOf(new ApiClient(tokens("stale", null)).get("/feed"))).status).toBe(401);
    expect(fetchMock).toHaveBeenCalledTimes(1);
  });

  it("is no reason to refresh for a visitor", async () => {
    fetchMock.mockResolvedValue(json(401, { title: "Not authenticated" }));
    const source = tokens(null);
    await problemOf(new ApiClient(source).get("/feed"));
    expect(source.refresh).not.toHaveBeenCalled();
  });
});

describe("problems", () => {
  it("carry what the server said", async () => {
    const body = {
      type: "about:blank",
      title: "Rule broken",
      status: 422,
      detail: "At most 50 characters.",
      request_id: "r-1",
      errors: [
        { field: "display_name", message: "At most 50 characters." },
        { field: "display_name", message: "A second one." },
      ],
    };
    fetchMock.mockResolvedValue(json(422, body));
    const problem = await problemOf(new ApiClient(tokens("t")).patch("/users/me", {}));

    expect(problem).toMatchObject({ kind: "http", status: 422, title: "Rule broken", requestId: "r-1", isTemporary: false });
    expect(problem.fieldErrors).toEqual({ display_name: "At most 50 characters." });
  });

  it("say when to come back", async () => {
    fetchMock.mockResolvedValue(json(429, { title: "Too many requests" }, { "Retry-After": "7" }));
    expect(await problemOf(new ApiClient(tokens("t")).get("/feed"))).toMatchObject({ retryAfter: 7, isTemporary: true });
  });

  it("are made for answers that are no problem documents", async () => {
    fetchMock.mockResolvedValue(new Response("<h1>Bad gateway</h1>", { status: 502, headers: { "X-Request-ID": "r-2" } }));
    expect(await problemOf(new ApiClient(tokens("t")).get("/feed"))).toMatchObject({
      kind: "http",
      status: 502,
      requestId: "r-2",
      isTemporary: true,
    });
  });

  it("are made when the server cannot be reached", async () => {
    fetchMock.mockRejectedValue(new TypeError("Failed to fetch"));
    expect(await problemOf(new ApiClient(tokens("t")).get("/feed"))).toMatchObject({ kind: "network", status: 0 });
  });

  it("are made when the server takes too long", async () => {
    fetchMock.mockImplementation(
      (_, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
        }),
    );
    expect(await problemOf(new ApiClient(tokens("t")).get("/feed", { timeoutMs: 10 }))).toMatchObject({ kind: "timeout" });
  });

  it("are not made when the caller gave up", async () => {
    const leaving = new AbortController();
    fetchMock.mockImplementation(() => Promise.reject(new DOMException("aborted", "AbortError")));
    leaving.abort();
    const failed = new ApiClient(tokens("t")).get("/feed", { signal: leaving.signal });
    await expect(failed).rejects.toThrow(DOMException);
  });
});
