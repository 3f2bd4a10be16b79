import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiProblem } from "@/api/problem";
import type { Media } from "@/api/types";
import { makeMedia } from "@/post/fixtures";
import { DraftStore } from "../drafts";
import { ImageDesk, type ImageDeskOptions } from "./image-desk";
import { KEPT_MS } from "./images";

const NEW = { kind: "new" } as const;
const file = (name = "wren.png") => new File(["x"], name, { type: "image/png" });

interface Try {
  file: Blob;
  options: Parameters<ImageDeskOptions["upload"]>[1];
  accept: (media: Media) => void;
  refuse: (problem: unknown) => void;
}

/** A desk whose uploads end when the test says so. */
function setUp() {
  const tries: Try[] = [];
  const clock = { now: 1_000_000 };
  const drafts = new DraftStore(localStorage, "7", () => clock.now);
  const desk = new ImageDesk({
    drafts,
    now: () => clock.now,
    upload: (file, options) => new Promise((accept, refuse) => tries.push({ file, options, accept, refuse })),
  });
  const states = () => drafts.images(NEW).map((image) => desk.stateOf(image));
  const keys = () => drafts.images(NEW).map(({ key }) => key);
  return { tries, clock, drafts, desk, states, keys };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  vi.stubGlobal("URL", { createObjectURL: vi.fn(() => "blob:wren"), revokeObjectURL: vi.fn() });
});

describe("images on their way", () => {
  it("tells how far each is, and keeps with the draft what the server has", async () => {
    const { desk, tries, drafts, states } = setUp();
    desk.add(NEW, [file(), file("robin.png")]);
    expect(states()).toEqual(["sending", "sending"]);
    tries[0]?.options.onProgress(0.5);
    expect([...desk.works().values()][0]?.upload).toEqual({ state: "sending", progress: 0.5 });

    tries[0]?.accept(makeMedia("11"));
    await settled();
    expect(states()).toEqual(["ready", "sending"]);
    expect(new DraftStore(localStorage, "7").images(NEW)[0]?.media?.id).toBe("11");
    expect(drafts.images(NEW)).toHaveLength(2);
  });

  it("takes no more than a post may have, and says how many were left out", () => {
    const { desk, drafts } = setUp();
    expect(desk.add(NEW, [file(), file(), file()])).toBe(0);
    expect(desk.add(NEW, [file(), file(), file()])).toBe(2);
    expect(drafts.images(NEW)).toHaveLength(4);
  });

  it("tries again with the same key", async () => {
    const { desk, tries, states, keys } = setUp();
    desk.add(NEW, [file()]);
    tries[0]?.refuse(new ApiProblem({ kind: "network" }));
    await settled();
    expect(states()).toEqual(["failed"]);

    desk.retry(keys()[0] ?? "");
    expect(states()).toEqual(["sending"]);
    expect(tries[1]?.options.idempotencyKey).toBe(tries[0]?.options.idempotencyKey);
    tries[1]?.accept(makeMedia("11"));
    await settled();
    expect(states()).toEqual(["ready"]);
  });

  it("tries what the network failed when it is back, and not what the server refused", async () => {
    const { desk, tries, states } = setUp();
    desk.add(NEW, [file(), file()]);
    tries[0]?.refuse(new ApiProblem({ kind: "network" }));
    tries[1]?.refuse(new ApiProblem({ kind: "http", status: 422 }));
    await settled();
    desk.wake();
    expect(states()).toEqual(["sending", "failed"]);
  });

  it("stops an upload that is cancelled, whose late answer changes nothing", async () => {
    const { desk, tries, drafts, keys } = setUp();
    desk.add(NEW, [file()]);
    desk.remove(NEW, keys()[0] ?? "");
    expect(tries[0]?.options.signal.aborted).toBe(true);
    tries[0]?.accept(makeMedia("11"));
    await settled();
    expect(drafts.images(NEW)).toEqual([]);
    expect(desk.works().size).toBe(0);
    expect(URL.revokeObjectURL).toHaveBeenCalledWith("blob:wren");
  });

  it("uploads a part in the place of the whole, and keeps what was said", async () => {
    const { desk, tries, drafts, keys } = setUp();
    const whole = file();
    desk.add(NEW, [whole, file("robin.png")]);
    const key = keys()[0] ?? "";
    tries[0]?.accept(makeMedia("11"));
    await settled();
    desk.describe(NEW, key, "A wren");
    const part = file("part.webp");
    desk.replace(NEW, key, part, whole);
    expect(drafts.images(NEW)[0]).toMatchObject({ alt: "A wren", media: null });
    expect(desk.works().get(key)).toMatchObject({ file: part, original: whole });
    tries[2]?.accept(makeMedia("12"));
    await settled();
    expect(drafts.images(NEW)[0]).toMatchObject({ key, alt: "A wren", media: { id: "12" } });
    expect(tries[2]?.options.idempotencyKey).not.toBe(tries[0]?.options.idempotencyKey);
  });

  it("changes places, and not beyond the ends", () => {
    const { desk, keys } = setUp();
    desk.add(NEW, [file(), file(), file()]);
    const [a = "", b = "", c = ""] = keys();
    desk.move(NEW, a, 1);
    expect(keys()).toEqual([b, a, c]);
    desk.move(NEW, b, -1);
    desk.move(NEW, c, 1);
    expect(keys()).toEqual([b, a, c]);
  });
});

describe("images of a draft that was left", () => {
  it("are there as long as the server keeps them, and their words longer", async () => {
    const { desk, tries, clock, keys } = setUp();
    desk.add(NEW, [file()]);
    tries[0]?.accept(makeMedia("11"));
    await settled();
    desk.describe(NEW, keys()[0] ?? "", "A wren on a fence");

    clock.now += KEPT_MS - 1;
    const later = setUp();
    const [kept] = later.drafts.images(NEW);
    later.clock.now = clock.now;
    expect(kept && later.desk.stateOf(kept)).toBe("ready");
    later.clock.now += 1;
    expect(kept && later.desk.stateOf(kept)).toBe("gone");
    expect(kept?.alt).toBe("A wren on a fence");
  });

  it("are gone when the page went before they were sent", () => {
    setUp().desk.add(NEW, [file()]);
    expect(setUp().states()).toEqual(["gone"]);
  });
});
