import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ApiClient } from "@/api/client";
import { makePost } from "@/post/fixtures";
import { openHome } from "./open-home";
import { PositionKeeper } from "./reading-position";

type Query = { limit?: number; cursor?: string; newer_than?: string; older_than?: string };

/** A server with posts 1 to `count`. */
function makeServer(count: number, marker: { post_id: string; updated_at: string } | null) {
  const all = Array.from({ length: count }, (_, index) => makePost(String(count - index)));
  const get = vi.fn(async (path: string, { query = {} }: { query?: Query } = {}): Promise<unknown> => {
    if (path === "/markers") return { home: marker };
    const { limit = 20, newer_than, older_than } = query;
    if (newer_than !== undefined) {
      const above = all.filter((post) => Number(post.id) > Number(newer_than));
      return { items: above.slice(-limit), next_cursor: above.length > limit ? "up" : null };
    }
    const below = older_than === undefined ? all : all.filter((post) => Number(post.id) < Number(older_than));
    return { items: below.slice(0, limit), next_cursor: below.length > limit ? "down" : null };
  });
  return { get, api: { get } as unknown as ApiClient };
}

const makeKeeper = () => new PositionKeeper({ storage: localStorage, accountId: "1", put: vi.fn() });
const ids = (feed: { posts: { id: string }[] }) => feed.posts.map((post) => Number(post.id));

beforeEach(() => localStorage.clear());

describe("openHome", () => {
  it("opens at the top for whoever never read here", async () => {
    const { api } = makeServer(100, null);
    const feed = await openHome(api, makeKeeper(), {});
    expect(ids(feed).slice(0, 2)).toEqual([100, 99]);
    expect(feed.moreAbove).toBe(false);
  });

  it("needs no second page when the newest one reaches down to the place", async () => {
    const { api, get } = makeServer(100, { post_id: "80", updated_at: "2026-11-21T08:00:00.000Z" });
    const feed = await openHome(api, makeKeeper(), {});
    expect(ids(feed)).toContain(80);
    expect(get).toHaveBeenCalledTimes(2);
  });

  it("opens around a place far below, with more above", async () => {
    const { api } = makeServer(500, { post_id: "200", updated_at: "2026-11-21T08:00:00.000Z" });
    const feed = await openHome(api, makeKeeper(), {});
    expect(ids(feed)[0]).toBe(300);
    expect(ids(feed)).toContain(200);
    expect(ids(feed).at(-1)).toBe(161);
    expect(feed).toMatchObject({ moreAbove: true, older: "down" });
  });

  it("uses the page that the document brought along", async () => {
    const { api, get } = makeServer(100, null);
    const page = { items: [makePost("100")], next_cursor: "down" };
    await openHome(api, makeKeeper(), { boot: { page } });
    expect(get.mock.calls.map(([path]) => path)).toEqual(["/markers"]);
    await openHome(api, makeKeeper(), { boot: { page, markers: { home: null } } });
    expect(get).toHaveBeenCalledTimes(1);
  });

  it("opens at this device's place when the marker cannot be had", async () => {
    const { api, get } = makeServer(100, null);
    const keeper = makeKeeper();
    keeper.moveTo({ postId: "90", offset: -5 });
    get.mockImplementationOnce(() => Promise.reject(new Error("down")));
    await openHome(api, keeper, {});
    expect(keeper.position).toMatchObject({ postId: "90", offset: -5 });
  });

  it("opens at the top when nothing is left below the place", async () => {
    const { api, get } = makeServer(100, { post_id: "5", updated_at: "2026-11-21T08:00:00.000Z" });
    const real = get.getMockImplementation();
    get.mockImplementation(async (path, options) =>
      options?.query?.older_than === undefined ? await real?.(path, options) : { items: [], next_cursor: null },
    );
    expect(ids(await openHome(api, makeKeeper(), {}))[0]).toBe(100);
  });
});
