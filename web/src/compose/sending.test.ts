import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Post } from "@/api/types";
import { makePost } from "@/post/fixtures";
import { Outbox, type PendingPost, type Verdict } from "./sending";

const fresh = { kind: "new" } as const;

interface Setup {
  send?: (pending: PendingPost) => Promise<Post>;
  verdict?: Verdict;
}

function makeOutbox({ send = async () => makePost("9"), verdict = { kind: "retry" } }: Setup = {}) {
  const spy = vi.fn(send);
  const onSent = vi.fn();
  const outbox = new Outbox({
    storage: localStorage,
    accountId: "1",
    send: spy,
    judge: () => verdict,
    onSent,
    alone: async (task) => {
      await task();
      return true;
    },
  });
  return { outbox, send: spy, onSent };
}

const offline = () => Promise.reject(new Error("offline"));

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
});
afterEach(() => vi.useRealTimers());

describe("Outbox", () => {
  it("sends at once and lets go when the post is there", async () => {
    const { outbox, onSent } = makeOutbox();
    const pending = outbox.add("hello", fresh);
    expect(outbox.list()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(0);
    expect(outbox.list()).toEqual([]);
    expect(onSent).toHaveBeenCalledWith(expect.objectContaining({ key: pending.key, text: "hello" }), expect.objectContaining({ id: "9" }));
  });

  it("tries again with the same key until it is there", async () => {
    const send = vi.fn(offline as () => Promise<Post>).mockRejectedValueOnce(new Error()).mockRejectedValueOnce(new Error()).mockResolvedValueOnce(makePost("9"));
    const { outbox } = makeOutbox({ send });
    outbox.add("hello", fresh);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(send).toHaveBeenCalledTimes(3);
    expect(new Set(send.mock.calls.map((call) => (call as unknown as [PendingPost])[0].key)).size).toBe(1);
    expect(outbox.list()).toEqual([]);
  });

  it("waits as long as the server asks", async () => {
    const { outbox, send } = makeOutbox({ send: offline, verdict: { kind: "retry", afterMs: 30_000 } });
    outbox.add("hello", fresh);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(send).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1500);
    expect(send).toHaveBeenCalledTimes(2);
  });

  it("survives a reload, with the same key", async () => {
    const before = makeOutbox({ send: offline });
    const { key } = before.outbox.add("hello", fresh);
    await vi.advanceTimersByTimeAsync(0);
    before.outbox.stop();
    const after = makeOutbox();
    expect(after.outbox.list()).toHaveLength(1);
    after.outbox.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(after.send).toHaveBeenCalledWith(expect.objectContaining({ key }));
    expect(after.outbox.list()).toEqual([]);
  });

  it("keeps the order in which posts were written", async () => {
    const sent: string[] = [];
    let down = true;
    const { outbox } = makeOutbox({
      send: async (pending) => {
        if (down) throw new Error("offline");
        sent.push(pending.text);
        return makePost("9");
      },
    });
    outbox.add("first", fresh);
    await vi.advanceTimersByTimeAsync(0);
    outbox.add("second", fresh);
    await vi.advanceTimersByTimeAsync(0);
    down = false;
    outbox.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toEqual(["first", "second"]);
  });

  it("keeps a refused post with the reason, and does not hold up the next", async () => {
    const send = vi.fn<(pending: PendingPost) => Promise<Post>>().mockRejectedValueOnce(new Error()).mockResolvedValue(makePost("9"));
    const { outbox } = makeOutbox({ send, verdict: { kind: "refused", reason: "You cannot reply to this post." } });
    outbox.add("bad", fresh);
    outbox.add("good", fresh);
    await vi.advanceTimersByTimeAsync(0);
    expect(outbox.list()).toEqual([expect.objectContaining({ text: "bad", state: "refused", reason: "You cannot reply to this post." })]);
  });

  it("waits for the session without knocking, and goes on when it is back", async () => {
    const send = vi.fn<(pending: PendingPost) => Promise<Post>>().mockRejectedValueOnce(new Error()).mockResolvedValue(makePost("9"));
    const { outbox } = makeOutbox({ send, verdict: { kind: "signed-out" } });
    outbox.add("hello", fresh);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(send).toHaveBeenCalledTimes(1);
    expect(outbox.list()[0]?.state).toBe("signed-out");
    outbox.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(outbox.list()).toEqual([]);
  });

  it("leaves sending to another tab that is at it", async () => {
    let busy = true;
    const send = vi.fn(async () => makePost("9"));
    const outbox = new Outbox({
      storage: localStorage,
      accountId: "1",
      send,
      judge: () => ({ kind: "retry" }),
      onSent: vi.fn(),
      alone: async (task) => {
        if (busy) return false;
        await task();
        return true;
      },
    });
    outbox.add("hello", fresh);
    await vi.advanceTimersByTimeAsync(0);
    expect(send).not.toHaveBeenCalled();
    busy = false;
    await vi.advanceTimersByTimeAsync(6000);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it("sees what another tab has sent", () => {
    const here = makeOutbox({ send: offline });
    here.outbox.add("hello", fresh);
    localStorage.setItem("chirrup.outbox.1", "[]");
    here.outbox.onStorage({ key: "chirrup.outbox.1" });
    expect(here.outbox.list()).toEqual([]);
  });
});
