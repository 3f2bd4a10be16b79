import { describe, expect, it, vi } from "vitest";
import { Toggles } from "./toggle";

function makeSwitch(send: (on: boolean) => Promise<unknown>) {
  const shown: boolean[] = [];
  const sent = vi.fn(send);
  const onFailure = vi.fn();
  return { shown, sent, onFailure, toggle: { show: (on: boolean) => shown.push(on), send: sent, onFailure } };
}

describe("Toggles", () => {
  it("shows at once, before the server answers", () => {
    const { shown, toggle } = makeSwitch(() => new Promise(() => undefined));
    void new Toggles().set("1", true, toggle);
    expect(shown).toEqual([true]);
  });

  it("goes back to what the server last agreed to, and says why", async () => {
    const error = new Error("refused");
    const { shown, onFailure, toggle } = makeSwitch(() => Promise.reject(error));
    await new Toggles().set("1", true, toggle);
    expect(shown).toEqual([true, false]);
    expect(onFailure).toHaveBeenCalledWith(error, true);
  });

  it("sends only the last wish after the one under way", async () => {
    let answer: () => void = () => undefined;
    const { sent, toggle } = makeSwitch(() => new Promise<void>((resolve) => (answer = resolve)));
    const toggles = new Toggles();
    const first = toggles.set("1", true, toggle);
    void toggles.set("1", false, toggle);
    void toggles.set("1", true, toggle);
    void toggles.set("1", false, toggle);
    expect(sent.mock.calls).toEqual([[true]]);
    answer();
    await Promise.resolve();
    await Promise.resolve();
    answer();
    await first;
    expect(sent.mock.calls).toEqual([[true], [false]]);
  });

  it("does not send a wish that was taken back meanwhile", async () => {
    let answer: () => void = () => undefined;
    const { sent, toggle } = makeSwitch(() => new Promise<void>((resolve) => (answer = resolve)));
    const toggles = new Toggles();
    const first = toggles.set("1", true, toggle);
    void toggles.set("1", false, toggle);
    void toggles.set("1", true, toggle);
    answer();
    await first;
    expect(sent).toHaveBeenCalledTimes(1);
  });

  it("keeps switches apart", () => {
    const { sent, toggle } = makeSwitch(() => new Promise(() => undefined));
    const toggles = new Toggles();
    void toggles.set("1", true, toggle);
    void toggles.set("2", true, toggle);
    expect(sent).toHaveBeenCalledTimes(2);
  });
});
