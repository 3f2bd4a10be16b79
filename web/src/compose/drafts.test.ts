import { beforeEach, describe, expect, it, vi } from "vitest";
import { DraftStore } from "./drafts";

const fresh = { kind: "new" } as const;
const reply = { kind: "reply", id: "5" } as const;
const quote = { kind: "quote", id: "5" } as const;

beforeEach(() => localStorage.clear());

describe("DraftStore", () => {
  it("keeps a draft for each context", () => {
    const drafts = new DraftStore(localStorage, "1");
    drafts.set(fresh, "a");
    drafts.set(reply, "b");
    drafts.set(quote, "c");
    expect([drafts.get(fresh), drafts.get(reply), drafts.get(quote)]).toEqual(["a", "b", "c"]);
  });

  it("has them again after a reload", () => {
    new DraftStore(localStorage, "1").set(reply, "still here");
    expect(new DraftStore(localStorage, "1").get(reply)).toBe("still here");
  });

  it("keeps accounts apart", () => {
    new DraftStore(localStorage, "1").set(fresh, "mine");
    expect(new DraftStore(localStorage, "2").get(fresh)).toBe("");
  });

  it("forgets what is cleared or blank, and only that", () => {
    const drafts = new DraftStore(localStorage, "1");
    drafts.set(fresh, "a");
    drafts.set(reply, "b");
    drafts.clear(fresh);
    drafts.set(quote, "  ");
    expect(localStorage.getItem("chirrup.drafts.1")).toContain('"reply:5"');
    expect(localStorage.getItem("chirrup.drafts.1")).not.toMatch(/"new"|"quote:5"/);
  });

  it("does not undo what another tab wrote meanwhile", () => {
    const here = new DraftStore(localStorage, "1");
    const there = new DraftStore(localStorage, "1");
    there.set(reply, "from there");
    here.set(fresh, "from here");
    expect(new DraftStore(localStorage, "1").get(reply)).toBe("from there");
  });

  it("tells its listeners about this tab and others", () => {
    const drafts = new DraftStore(localStorage, "1");
    const listener = vi.fn();
    const stop = drafts.subscribe(listener);
    drafts.set(fresh, "a");
    drafts.onStorage({ key: "chirrup.drafts.1" });
    drafts.onStorage({ key: "something else" });
    stop();
    drafts.set(fresh, "b");
    expect(listener).toHaveBeenCalledTimes(2);
  });

  it("works, for this page, without storage", () => {
    const full = {
      getItem: () => {
        throw new Error("denied");
      },
      setItem: () => {
        throw new Error("full");
      },
    };
    const drafts = new DraftStore(full, "1");
    drafts.set(fresh, "a");
    drafts.set(reply, "b");
    expect([drafts.get(fresh), drafts.get(reply)]).toEqual(["a", "b"]);
  });
});
