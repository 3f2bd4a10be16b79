import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AuthAnswer, Me } from "@/api/types";
import { SessionStore } from "./store";

const me: Me = {
  id: "1",
  username: "wren",
  display_name: "Wren",
  bio: "",
  avatar_url: null,
  banner_url: null,
  created_at: "2026-11-21T08:00:00.000Z",
  followers_count: 0,
  following_count: 0,
  posts_count: 0,
  verified: false,
  is_bot: false,
  viewer: null,
  email: "wren@example.org",
  role: "member",
};

const grant = (access_token: string, user = me): AuthAnswer => ({
  user,
  access_token,
  refresh_token: null,
  token_type: "Bearer",
  expires_in: 900,
});

const fetchMock = vi.fn<typeof fetch>();
const answer = (status: number, body: unknown) => () => Promise.resolve(new Response(JSON.stringify(body), { status }));
const ended = answer(401, { title: "Not authenticated" });
const opened: SessionStore[] = [];

function tab(boot: AuthAnswer | null = null): SessionStore {
  const store = new SessionStore(boot);
  opened.push(store);
  return store;
}

function calls(path: string): number {
  return fetchMock.mock.calls.filter(([url]) => url === `/api/v1${path}`).length;
}

beforeEach(() => {
  fetchMock.mockReset();
  vi.stubGlobal("fetch", fetchMock);
});

afterEach(() => {
  for (const store of opened.splice(0)) store.close();
});

describe("at the start", () => {
  it("takes the session that the document brought", () => {
    expect(tab(grant("a")).state()).toEqual({ status: "member", user: me });
    expect(fetchMock).not.toHaveBeenCalled();
  });

  it("asks nobody where nobody was signed in", () => {
    expect(tab().state().status).toBe("visitor");
    expect(fetchMock).not.toHaveBeenCalled();
  });

  it("restores the session that the cookie stands for", async () => {
    localStorage.setItem("chirrup.session", "1");
    fetchMock.mockImplementation(answer(200, grant("a")));
    const store = tab();
    expect(store.state().status).toBe("restoring");
    await vi.waitFor(() => expect(store.state().status).toBe("member"));
    expect(store.accessToken()).toBe("a");
  });

  it("is a visitor when that session has ended", async () => {
    localStorage.setItem("chirrup.session", "1");
    fetchMock.mockImplementation(ended);
    const store = tab();
    await vi.waitFor(() => expect(store.state().status).toBe("visitor"));
    expect(localStorage.getItem("chirrup.session")).toBeNull();
  });

  it("keeps the hint when the server cannot be asked, and restores later", async () => {
    localStorage.setItem("chirrup.session", "1");
    fetchMock.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    const store = tab();
    await vi.waitFor(() => expect(store.state().status).toBe("unreachable"));

    fetchMock.mockImplementation(answer(200, grant("a")));
    await store.restore();
    expect(store.state().status).toBe("member");
  });
});

describe("refreshing", () => {
  it("happens once for all who ask at the same time", async () => {
    fetchMock.mockImplementation(answer(200, grant("b")));
    const store = tab(grant("a"));
    expect(await Promise.all([store.refresh("a"), store.refresh("a"), store.refresh("a")])).toEqual(["b", "b", "b"]);
    expect(calls("/auth/refresh")).toBe(1);
  });

  it("is not needed when the token has been replaced meanwhile", async () => {
    expect(await tab(grant("b")).refresh("a")).toBe("b");
    expect(fetchMock).not.toHaveBeenCalled();
  });

  it("is never done by two tabs at the same time", async () => {
    let running = 0;
    let most = 0;
    fetchMock.mockImplementation(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 30));
      running -= 1;
      return new Response(JSON.stringify(grant("b")));
    });
    await Promise.all([tab(grant("a")).refresh("a"), tab(grant("a")).refresh("a")]);
    expect(most).toBe(1);
  });

  it("gives the fresh token to the other tabs", async () => {
    const first = tab(grant("a"));
    const second = tab(grant("a"));
    fetchMock.mockImplementation(answer(200, grant("b")));
    await first.refresh("a");
    await vi.waitFor(() => expect(second.accessToken()).toBe("b"));
    expect(await second.refresh("a")).toBe("b");
    expect(calls("/auth/refresh")).toBe(1);
  });

  it("keeps the session when the server is only away", async () => {
    fetchMock.mockRejectedValue(new TypeError("Failed to fetch"));
    const store = tab(grant("a"));
    await expect(store.refresh("a")).rejects.toMatchObject({ kind: "network" });
    expect(store.state().status).toBe("member");
  });

  it("remembers who it was when the session has ended, in all tabs", async () => {
    fetchMock.mockImplementation(ended);
    const first = tab(grant("a"));
    const second = tab(grant("a"));
    expect(await first.refresh("a")).toBeNull();
    expect(first.state()).toEqual({ status: "expired", user: me });
    await vi.waitFor(() => expect(second.state().status).toBe("expired"));
  });

  it("goes on in all tabs after logging in again in one", async () => {
    fetchMock.mockImplementationOnce(ended).mockImplementation(answer(200, grant("c")));
    const first = tab(grant("a"));
    const second = tab(grant("a"));
    await first.refresh("a");
    await first.login({ username: "wren", password: "correct horse" });
    expect(first.state().status).toBe("member");
    await vi.waitFor(() => expect(second.accessToken()).toBe("c"));
  });
});

describe("logging out", () => {
  it("ends the session in all tabs", async () => {
    fetchMock.mockImplementation(() => Promise.resolve(new Response(null, { status: 204 })));
    const first = tab(grant("a"));
    const second = tab(grant("a"));
    await first.logout();
    expect(first.state().status).toBe("visitor");
    expect(first.accessToken()).toBeNull();
    await vi.waitFor(() => expect(second.state().status).toBe("visitor"));
  });

  it("succeeds when the session was over already", async () => {
    fetchMock.mockImplementation(ended);
    const store = tab(grant("a"));
    await store.logout();
    expect(store.state().status).toBe("visitor");
  });

  it("does not pretend when the server could not be told", async () => {
    fetchMock.mockRejectedValue(new TypeError("Failed to fetch"));
    const store = tab(grant("a"));
    await expect(store.logout()).rejects.toMatchObject({ kind: "network" });
    expect(store.state().status).toBe("member");
  });
});

it("shows a changed profile in all tabs", async () => {
  const first = tab(grant("a"));
  const second = tab(grant("a"));
  first.updateUser({ ...me, display_name: "Wren A." });
  await vi.waitFor(() => expect(second.state().user?.display_name).toBe("Wren A."));
});
