import { describe, expect, it } from "vitest";
import { ApiProblem } from "@/api/problem";
import { judge } from "./judge";

describe("judge", () => {
  it("tries again what time can mend", () => {
    expect(judge(new ApiProblem({ kind: "network" }))).toEqual({ kind: "retry" });
    expect(judge(new ApiProblem({ kind: "timeout" }))).toEqual({ kind: "retry" });
    expect(judge(new ApiProblem({ kind: "http", status: 503 }))).toEqual({ kind: "retry" });
    expect(judge(new ApiProblem({ kind: "http", status: 409 }))).toEqual({ kind: "retry" });
    expect(judge(new TypeError())).toEqual({ kind: "retry" });
  });

  it("waits as long as the server asks", () => {
    expect(judge(new ApiProblem({ kind: "http", status: 429, retryAfter: 30 }))).toEqual({ kind: "retry", afterMs: 30_000 });
  });

  it("waits for a session", () => {
    expect(judge(new ApiProblem({ kind: "http", status: 401 }))).toEqual({ kind: "signed-out" });
  });

  it("gives what the server refuses back with its reason", () => {
    expect(judge(new ApiProblem({ kind: "http", status: 403, detail: "You cannot reply here." }))).toEqual({
      kind: "refused",
      reason: "You cannot reply here.",
    });
  });
});
