import { describe, expect, it } from "vitest";
import { backoff } from "./backoff";

describe("backoff", () => {
  it("doubles up to a minute", () => {
    const middle = () => 0.5;
    expect([1, 2, 3, 7, 50].map((attempts) => backoff(attempts, middle))).toEqual([1000, 2000, 4000, 60_000, 60_000]);
  });
});
