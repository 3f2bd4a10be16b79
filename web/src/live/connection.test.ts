import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LiveConnection, type ConnectionOptions } from "./connection";
import type { Hello, LineListener, LiveEvent, Transport } from "./events";

const READY: LiveEvent = { type: "ready", event_id: "1.2.3", heartbeat_seconds: 20 };

class Way {
  calls: { hello: Hello; listener: LineListener; said: object[]; closed: boolean }[] = [];
  readonly open: Transport = (hello, listener) => {
    const call = { hello, listener, said: [] as object[], closed: false };
    this.calls.push(call);
    return { talks: this.talks, say: (message) => call.said.push(message), close: () => (call.closed = true) };
  };
  constructor(readonly talks = true) {}
  get last() {
    const call = this.calls.at(-1);
    if (!call) throw new Error("Nobody has called");
    return call;
  }
}

const socket = () => new Way();
const made: LiveConnection[] = [];

function connect(over: Partial<ConnectionOptions> = {}) {
  const [first, second] = [socket(), new Way(false)];
  const onEvent = vi.fn();
  const onLive = vi.fn();
  const refresh = vi.fn(async () => undefined);
  const connection = new LiveConnection({
    transports: [first.open, second.open],
    token: () => "token",
    refresh,
    known: () => ["9", "8"],
    onEvent,
    onLive,
    random: () => 0.5,
    ...over,
  });
  made.push(connection);
  connection.start();
  return { connection, first, second, onEvent, onLive, refresh };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  made.splice(0).forEach((connection) => connection.stop());
  vi.useRealTimers();
});

describe("the live connection", () => {
  it("names what is shown at first, and goes on from the last event afterwards", () => {
    const { first } = connect();
    expect(first.last.hello).toMatchObject({ token: "token", lastEventId: null, known: ["9", "8"] });
    first.last.listener.onEvent(READY);
    first.last.listener.onEvent({ type: "delete", event_id: "1.5.6", post_id: "8" });
    first.last.listener.onEnd("lost");
    vi.advanceTimersByTime(1500);
    expect(first.calls).toHaveLength(2);
    expect(first.last.hello).toMatchObject({ lastEventId: "1.5.6", known: null });
  });

  it("is live from the first word of the server until the line is lost", () => {
    const { first, onLive } = connect();
    expect(onLive).not.toHaveBeenCalledWith(true);
    first.last.listener.onEvent(READY);
    expect(onLive).toHaveBeenLastCalledWith(true);
    first.last.listener.onEnd("lost");
    expect(onLive).toHaveBeenLastCalledWith(false);
  });

  it("waits longer after each failure, up to a minute", () => {
    const { first } = connect({ transports: [] });
    expect(first.calls).toHaveLength(0);
    const only = socket();
    connect({ transports: [only.open] });
    const waits: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      only.last.listener.onEnd("lost");
      const before = only.calls.length;
      let waited = 0;
      while (only.calls.length === before) {
        vi.advanceTimersByTime(500);
        waited += 500;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  });

  it("takes the next way when the first one fails twice before anything was heard", () => {
    const { first, second } = connect();
    first.last.listener.onEnd("lost");
    vi.advanceTimersByTime(1500);
    first.last.listener.onEnd("lost");
    vi.advanceTimersByTime(3000);
    expect(first.calls).toHaveLength(2);
    expect(second.calls).toHaveLength(1);
  });

  it("gives a line up that says nothing at the beginning", () => {
    const { first } = connect();
    vi.advanceTimersByTime(15_000);
    expect(first.last.closed).toBe(true);
    vi.advanceTimersByTime(1500);
    expect(first.calls).toHaveLength(2);
  });

  it("asks after a long silence whether the line still stands, and calls again if nothing answers", () => {
    const { first } = connect();
    first.last.listener.onEvent(READY);
    vi.advanceTimersByTime(45_000);
    expect(first.last.said).toEqual([{ type: "ping" }]);
    first.last.listener.onEvent({ type: "pong" });
    vi.advanceTimersByTime(20_000);
    expect(first.last.closed).toBe(false);
    vi.advanceTimersByTime(25_000 + 8_000);
    expect(first.calls[0]?.closed).toBe(true);
  });

  it("gets a fresh token when its own is not valid any more", async () => {
    const { first, refresh } = connect();
    first.last.listener.onEvent(READY);
    first.last.listener.onEnd("token");
    await vi.advanceTimersByTimeAsync(1500);
    expect(refresh).toHaveBeenCalledWith("token");
    expect(first.calls).toHaveLength(2);
  });

  it("tells a newer token before the old one ends the line", () => {
    let token = "token";
    const { connection, first } = connect({ token: () => token });
    first.last.listener.onEvent(READY);
    connection.renew();
    token = "newer";
    connection.renew();
    expect(first.last.said).toEqual([{ type: "token", token: "newer" }]);
  });

  it("leaves a full server alone for half a minute at least", () => {
    const { first } = connect();
    first.last.listener.onEnd("full");
    vi.advanceTimersByTime(30_000);
    expect(first.calls).toHaveLength(1);
    vi.advanceTimersByTime(35_000);
    expect(first.calls).toHaveLength(2);
  });

  it("begins anew when the server cannot read from where it wants to go on", () => {
    const { first } = connect();
    first.last.listener.onEvent(READY);
    first.last.listener.onEnd("malformed");
    vi.advanceTimersByTime(1500);
    expect(first.last.hello).toMatchObject({ lastEventId: null, known: ["9", "8"] });
  });

  it("does not come back when the account takes part no longer", () => {
    const { first } = connect();
    first.last.listener.onEnd("refused");
    vi.advanceTimersByTime(600_000);
    expect(first.calls).toHaveLength(1);
  });

  it("says again what is on the screen after it came back", () => {
    const { connection, first } = connect();
    first.last.listener.onEvent(READY);
    connection.watch(["7"]);
    first.last.listener.onEnd("restart");
    vi.advanceTimersByTime(6_000);
    first.last.listener.onEvent(READY);
    expect(first.last.said).toEqual([{ type: "watch", posts: ["7"] }]);
  });

  it("hears nothing of a line that it has given up", () => {
    const { connection, first, onEvent } = connect();
    const { listener } = first.last;
    connection.stop();
    listener.onEvent(READY);
    listener.onEnd("lost");
    vi.advanceTimersByTime(60_000);
    expect(onEvent).not.toHaveBeenCalled();
    expect(first.calls).toHaveLength(1);
  });
});
