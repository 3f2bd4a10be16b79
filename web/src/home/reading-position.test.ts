import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PositionKeeper, choosePosition, type Marker, type ReadingPosition } from "./reading-position";

const local: ReadingPosition = {
  postId: "100",
  offset: -12,
  seenTop: "150",
  movedAt: Date.parse("2026-11-21T08:00:00.000Z"),
  syncedId: "100",
  syncedAt: "2026-11-21T08:00:01.000Z",
  dirty: false,
};
const marker = (post_id: string, updated_at: string): Marker => ({ post_id, updated_at });

describe("choosePosition", () => {
  it("opens nowhere in particular when nothing is known", () => {
    expect(choosePosition(null, null)).toBeNull();
  });

  it("opens at this device's place when the server knows none", () => {
    expect(choosePosition(local, null)).toBe(local);
  });

  it("opens at the marker on a device that never read here", () => {
    const chosen = choosePosition(null, marker("90", "2026-11-21T07:00:00.000Z"));
    expect(chosen).toMatchObject({ postId: "90", offset: 0, seenTop: "90", dirty: false });
  });

  it("keeps the exact offset when the marker is our own", () => {
    const chosen = choosePosition({ ...local, dirty: true }, marker("100", "2026-11-21T08:00:05.000Z"));
    expect(chosen).toMatchObject({ postId: "100", offset: -12, dirty: false, syncedAt: "2026-11-21T08:00:05.000Z" });
  });

  it("lets a newer marker from another device win, and forgets nothing that was seen", () => {
    const chosen = choosePosition(local, marker("120", "2026-11-21T09:00:00.000Z"));
    expect(chosen).toMatchObject({ postId: "120", offset: 0, seenTop: "150" });
  });

  it("counts as seen what the other device has passed", () => {
    expect(choosePosition(local, marker("200", "2026-11-21T09:00:00.000Z"))?.seenTop).toBe("200");
  });

  it("keeps what was read here later than there", () => {
    const reading = { ...local, movedAt: Date.parse("2026-11-21T10:00:00.000Z"), dirty: true };
    expect(choosePosition(reading, marker("120", "2026-11-21T09:00:00.000Z"))).toBe(reading);
  });

  it("is not fooled by a device clock that runs ahead once its place was told", () => {
    const ahead = { ...local, movedAt: Date.parse("2027-01-01T00:00:00.000Z") };
    expect(choosePosition(ahead, marker("120", "2026-11-21T09:00:00.000Z"))?.postId).toBe("120");
  });
});

describe("PositionKeeper", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    localStorage.clear();
  });
  afterEach(() => vi.useRealTimers());

  const makeKeeper = (put = vi.fn(async (postId: string): Promise<Marker | null> => marker(postId, "2026-11-21T12:00:00.000Z"))) => ({
    put,
    keeper: new PositionKeeper({ storage: localStorage, accountId: "7", put }),
  });

  it("keeps the place on this device at once", () => {
    makeKeeper().keeper.moveTo({ postId: "100", offset: -3 });
    expect(makeKeeper().keeper.position).toMatchObject({ postId: "100", offset: -3, dirty: true });
  });

  it("keeps accounts apart", () => {
    makeKeeper().keeper.moveTo({ postId: "100", offset: 0 });
    const other = new PositionKeeper({ storage: localStorage, accountId: "8", put: vi.fn() });
    expect(other.position).toBeNull();
  });

  it("tells the server once the reader rests", async () => {
    const { keeper, put } = makeKeeper();
    keeper.moveTo({ postId: "100", offset: 0 });
    keeper.moveTo({ postId: "99", offset: 0 });
    expect(put).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2000);
    expect(put).toHaveBeenCalledTimes(1);
    expect(put).toHaveBeenCalledWith("99", { force: false, keepalive: false });
    expect(keeper.position).toMatchObject({ dirty: false, syncedAt: "2026-11-21T12:00:00.000Z" });
  });

  it("does not bother the server for a few pixels on the same post", async () => {
    const { keeper, put } = makeKeeper();
    keeper.moveTo({ postId: "100", offset: 0 });
    await vi.advanceTimersByTimeAsync(2000);
    keeper.moveTo({ postId: "100", offset: -40 });
    await vi.advanceTimersByTimeAsync(5000);
    expect(put).toHaveBeenCalledTimes(1);
    expect(keeper.position?.offset).toBe(-40);
  });

  it("forces the marker back only when the reader went back from where it was known to be", async () => {
    const { keeper, put } = makeKeeper();
    keeper.reconcile(marker("100", "2026-11-21T08:00:00.000Z"));
    keeper.moveTo({ postId: "100", offset: 0 });
    await keeper.sync();
    keeper.moveTo({ postId: "80", offset: 0 });
    await keeper.sync();
    expect(put).toHaveBeenLastCalledWith("80", { force: true, keepalive: false });
  });

  it("remembers the newest post that was in view", () => {
    const { keeper } = makeKeeper();
    keeper.moveTo({ postId: "100", offset: 0 });
    keeper.moveTo({ postId: "60", offset: 0 });
    expect(keeper.position?.seenTop).toBe("100");
  });

  it("tells a leaving page's place with keepalive", async () => {
    const { keeper, put } = makeKeeper();
    keeper.moveTo({ postId: "100", offset: 0 });
    await keeper.sync(true);
    expect(put).toHaveBeenCalledWith("100", { force: false, keepalive: true });
  });

  it("tells it again later when the server did not answer", async () => {
    const put = vi.fn(async (): Promise<Marker | null> => Promise.reject(new Error("offline")));
    const { keeper } = makeKeeper(put);
    keeper.moveTo({ postId: "100", offset: 0 });
    await vi.advanceTimersByTimeAsync(2000);
    expect(keeper.position?.dirty).toBe(true);
    await keeper.sync(true);
    expect(put).toHaveBeenCalledTimes(2);
  });

  it("survives broken storage", () => {
    localStorage.setItem("chirrup.position.7", "{nonsense");
    expect(makeKeeper().keeper.position).toBeNull();
  });

  it("sees when another device went on reading", () => {
    const { keeper } = makeKeeper();
    keeper.reconcile(marker("100", "2026-11-21T08:00:00.000Z"));
    expect(keeper.isElsewhere(marker("100", "2026-11-21T09:00:00.000Z"))).toBe(false);
    expect(keeper.isElsewhere(marker("130", "2026-11-21T09:00:00.000Z"))).toBe(true);
  });
});
