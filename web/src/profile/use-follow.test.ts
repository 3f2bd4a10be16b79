import { QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ApiClient } from "@/api/client";
import { keys } from "@/api/keys";
import { ApiProblem } from "@/api/problem";
import type { Me, User } from "@/api/types";
import { follow } from "./use-follow";

const relation = { following: false, followed_by: false, blocking: false, blocked_by: false, muting: false };

const person: User = {
  id: "2",
  username: "Mika",
  display_name: "Mika",
  bio: "",
  avatar_url: null,
  banner_url: null,
  created_at: "2026-11-21T08:00:00.000Z",
  followers_count: 41,
  following_count: 0,
  posts_count: 0,
  verified: false,
  is_bot: false,
  viewer: relation,
};

const me: Me = { ...person, id: "1", username: "wren", following_count: 7, viewer: null, email: null, role: "member" };

const toast = vi.fn();
const post = vi.fn<(path: string) => Promise<User>>();
const api = { post } as unknown as ApiClient;
let queries: QueryClient;

beforeEach(() => {
  toast.mockReset();
  post.mockReset();
  queries = new QueryClient();
  queries.setQueryData(keys.user("mika"), person);
  queries.setQueryData(keys.user("wren"), me);
  queries.setQueryData(keys.userPeople("ada", "followers"), {
    pages: [{ items: [person], next_cursor: null }],
    pageParams: [null],
  });
});

const shown = () => queries.getQueryData<User>(keys.user("mika"));
const shownInList = () =>
  queries.getQueryData<{ pages: { items: User[] }[] }>(keys.userPeople("ada", "followers"))?.pages[0]?.items[0];
const own = () => queries.getQueryData<User>(keys.user("wren"));
const set = (following: boolean) => follow({ api, queries, toast, me }, "Mika", following);

describe("following", () => {
  it("shows at once, everywhere", async () => {
    let agree: (user: User) => void = () => undefined;
    post.mockReturnValue(new Promise((resolve) => (agree = resolve)));
    const done = set(true);

    expect(shown()).toMatchObject({ followers_count: 42, viewer: { following: true } });
    expect(shownInList()).toMatchObject({ viewer: { following: true } });
    expect(own()?.following_count).toBe(8);

    agree({ ...person, followers_count: 99, viewer: { ...relation, following: true } });
    await done;
    expect(post).toHaveBeenCalledWith("/users/Mika/follow", undefined, expect.anything());
    expect(shown()?.followers_count).toBe(99);
    expect(toast).not.toHaveBeenCalled();
  });

  it("is taken back, with a word of why, when the server refuses", async () => {
    post.mockRejectedValue(new ApiProblem({ kind: "http", status: 403, detail: "This account blocks you." }));
    await set(true);

    expect(shown()).toEqual(person);
    expect(shownInList()).toEqual(person);
    expect(own()?.following_count).toBe(7);
    expect(toast).toHaveBeenCalledExactlyOnceWith({
      tone: "error",
      message: "@Mika could not be followed. This account blocks you.",
    });
  });

  it("sends only the last wish of somebody who changes their mind", async () => {
    let agree: (user: User) => void = () => undefined;
    post.mockReturnValueOnce(new Promise((resolve) => (agree = resolve)));
    post.mockResolvedValueOnce(person);
    const done = set(true);
    void set(false);
    void set(true);
    void set(false);
    expect(shown()?.viewer?.following).toBe(false);

    agree({ ...person, viewer: { ...relation, following: true } });
    await done;
    expect(post.mock.calls.map(([path]) => path)).toEqual(["/users/Mika/follow", "/users/Mika/unfollow"]);
    expect(shown()?.viewer?.following).toBe(false);
    expect(own()?.following_count).toBe(7);
  });
});

it("never counts below nothing", async () => {
  queries.setQueryData(keys.user("mika"), { ...person, followers_count: 0, viewer: { ...relation, following: true } });
  post.mockRejectedValue(new ApiProblem({ kind: "network" }));
  const done = set(false);
  expect(shown()?.followers_count).toBe(0);
  await done;
});
