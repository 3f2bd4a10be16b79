import { describe, expect, it } from "vitest";
import type { Notification } from "@/api/types";
import { makePost, makeUser } from "@/post/fixtures";
import { withRead } from "./cache";
import { filterNamed } from "./filters";
import { isWords, namedActors, pathOf } from "./sentence";

const me = { username: "wren" };
const people = ["ada", "ben", "cleo"].map((name, at) => makeUser(String(at), name));

function make(over: Partial<Notification> = {}): Notification {
  return {
    id: "1",
    type: "like",
    created_at: "2026-11-21T08:00:00.000Z",
    is_read: false,
    actors: people.slice(0, 1),
    actors_count: 1,
    post: makePost("9", makeUser("7", "wren")),
    ...over,
  };
}

describe("a notification", () => {
  it("names one, two, or one and how many others", () => {
    expect(namedActors(make())).toEqual({ named: people.slice(0, 1), others: 0 });
    expect(namedActors(make({ actors: people.slice(0, 2), actors_count: 2 }))).toEqual({ named: people.slice(0, 2), others: 0 });
    expect(namedActors(make({ actors: people, actors_count: 42 }))).toEqual({ named: people.slice(0, 1), others: 41 });
  });

  it("leads to its post, to who followed, or to all followers", () => {
    expect(pathOf(make(), me)).toBe("/@wren/9");
    expect(pathOf(make({ type: "follow", post: null }), me)).toBe("/@ada");
    expect(pathOf(make({ type: "follow", post: null, actors: people, actors_count: 3 }), me)).toBe("/@wren/followers");
  });

  it("is read as words when somebody wrote something", () => {
    expect(isWords(make({ type: "reply" }))).toBe(true);
    expect(isWords(make())).toBe(false);
  });

  it("is shown as read alone or with all others", () => {
    const pages = { pages: [{ items: [make(), make({ id: "2" })], next_cursor: null }], pageParams: [null] };
    const read = (id: string | null) => withRead(pages, id).pages[0]?.items.map((item) => item.is_read);
    expect(read("2")).toEqual([false, true]);
    expect(read(null)).toEqual([true, true]);
  });

  it("is listed by everything where no such filter is known", () => {
    expect(filterNamed("replies").kinds).toEqual(["reply", "mention", "quote"]);
    expect(filterNamed("else").name).toBe("all");
  });
});
