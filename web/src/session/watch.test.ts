import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { beforeEach, expect, it, vi } from "vitest";
import type { SessionState, SessionStore } from "./store";
import { watchSession } from "./watch";

let queries: QueryClient;
let state: SessionState;
let change: (next: SessionState) => void;

const member = (id: string) => ({ status: "member", user: { id } }) as SessionState;
const visitor: SessionState = { status: "visitor", user: null };

function start(first: SessionState): void {
  state = first;
  const listeners: (() => void)[] = [];
  const session = {
    state: () => state,
    subscribe: (listener: () => void) => {
      listeners.push(listener);
      return () => undefined;
    },
  } as unknown as SessionStore;
  watchSession(session, queries);
  change = (next) => {
    state = next;
    for (const listener of listeners) listener();
  };
}

beforeEach(() => {
  queries = new QueryClient();
  queries.setQueryData(["home"], "loaded by the one before");
});

it("drops what was loaded when somebody else signs in or the person leaves", () => {
  start(member("1"));
  change(visitor);
  expect(queries.getQueryData(["home"])).toBeUndefined();
});

it("keeps what the document brought when the session is restored", () => {
  start({ status: "restoring", user: null });
  change(member("1"));
  expect(queries.getQueryData(["home"])).toBeDefined();
});

it("keeps everything when the same person comes back after an ended session", () => {
  const refetch = vi.spyOn(queries, "refetchQueries");
  start({ ...member("1"), status: "expired" } as SessionState);
  change(member("1"));
  expect(queries.getQueryData(["home"])).toBeDefined();
  expect(refetch).toHaveBeenCalledOnce();
});

it("asks again for what is still on screen, and not for a page that went with the session", async () => {
  const ask = vi.fn((key: string) => `fresh ${key}`);
  const show = (key: string) =>
    new QueryObserver(queries, { queryKey: [key], queryFn: () => ask(key), staleTime: Infinity }).subscribe(() => {});
  queries.setQueryData(["sessions"], "loaded by the one before");
  show("home");
  const leaveSettings = show("sessions");
  start(member("1"));
  change(visitor);
  expect(queries.getQueryData(["home"])).toBeUndefined();
  leaveSettings();
  await vi.waitFor(() => expect(queries.getQueryData(["home"])).toBe("fresh home"));
  expect(ask).toHaveBeenCalledExactlyOnceWith("home");
});
