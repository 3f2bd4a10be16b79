import { renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { usePolling } from "./use-polling";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function look(visible: boolean) {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue(visible ? "visible" : "hidden");
  document.dispatchEvent(new Event("visibilitychange"));
}

describe("usePolling", () => {
  it("asks every 20 seconds", async () => {
    const load = vi.fn(async () => undefined);
    renderHook(() => usePolling(load, true));
    await vi.advanceTimersByTimeAsync(61_000);
    expect(load).toHaveBeenCalledTimes(3);
  });

  it("asks more rarely while it fails", async () => {
    const load = vi.fn(() => Promise.reject(new Error("down")));
    renderHook(() => usePolling(load, true));
    await vi.advanceTimersByTimeAsync(141_000);
    expect(load).toHaveBeenCalledTimes(3);
  });

  it("rests while nobody looks, and asks at once when someone does again", async () => {
    const load = vi.fn(async () => undefined);
    renderHook(() => usePolling(load, true));
    look(false);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(load).not.toHaveBeenCalled();
    look(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it("does nothing while it is switched off or gone", async () => {
    const load = vi.fn(async () => undefined);
    const { rerender, unmount } = renderHook(({ on }) => usePolling(load, on), { initialProps: { on: false } });
    await vi.advanceTimersByTimeAsync(60_000);
    rerender({ on: true });
    unmount();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(load).not.toHaveBeenCalled();
  });
});
