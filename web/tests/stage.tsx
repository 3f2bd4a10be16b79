import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { createMemoryRouter, Outlet, RouterProvider } from "react-router";
import { vi } from "vitest";
import type { ApiClient } from "@/api/client";
import { ApiContext } from "@/api/context";
import type { Me } from "@/api/types";
import { ComposeProvider } from "@/compose/ComposeProvider";
import { ComposeSheet } from "@/compose/ComposeSheet";
import * as allOfWriting from "@/compose/writing";
import { LiveContext, LiveLink } from "@/live/link";
import { PostActionsProvider } from "@/post/PostActionsProvider";
import { SessionContext } from "@/session/context";
import { SessionStore } from "@/session/store";
import { ToastProvider } from "@/ui/ToastProvider";

export const me: Me = {
  id: "7",
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
  email: null,
  role: "member",
};

export interface Call {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  body?: unknown;
  query: Record<string, unknown>;
  signal?: AbortSignal;
  idempotencyKey?: string;
}

type Answer = (call: Call) => unknown;

/** An API whose answers a test gives; a thrown or rejected answer is a failure. */
function makeApi(answer: Answer) {
  const calls: Call[] = [];
  const ask = async (method: Call["method"], path: string, body: unknown, options: object = {}) => {
    const call = { method, path, body, query: {}, ...options } as Call;
    calls.push(call);
    return answer(call);
  };
  const api = {
    get: (path: string, options?: object) => ask("GET", path, undefined, options),
    post: (path: string, body?: unknown, options?: object) => ask("POST", path, body, options),
    put: (path: string, body?: unknown, options?: object) => ask("PUT", path, body, options),
    patch: (path: string, body?: unknown, options?: object) => ask("PATCH", path, body, options),
    delete: (path: string) => ask("DELETE", path, undefined),
    /** Uploads are all that is sent in another way. */
    sendBy: () => ask("POST", "/media", undefined),
  } as unknown as ApiClient;
  return { api, calls };
}

interface StageOptions {
  answer?: Answer;
  path?: string;
  route?: string;
  visitor?: boolean;
  /** Null has the part that writes come later, as on a page. */
  writing?: typeof allOfWriting | null;
}

/** Puts a part of the client on a page with everything around it that it needs. */
export function stage(part: ReactNode, { answer = () => undefined, path = "/", route = "*", visitor = false, writing = allOfWriting }: StageOptions = {}) {
  const { api, calls } = makeApi(answer);
  const session = new SessionStore(
    visitor ? null : { user: me, access_token: "token", refresh_token: null, token_type: "Bearer", expires_in: 900 },
  );
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const link = new LiveLink();
  const around = (
    <LiveContext value={link}>
      <ComposeProvider writing={writing}>
        <PostActionsProvider>
          <main id="main">
            <Outlet />
          </main>
          <ComposeSheet />
        </PostActionsProvider>
      </ComposeProvider>
    </LiveContext>
  );
  const router = createMemoryRouter([{ element: around, children: [{ path: route, element: part }, { path: "*", element: null }] }], {
    initialEntries: [path],
  });
  const view = render(
    <SessionContext value={session}>
      <ApiContext value={api}>
        <QueryClientProvider client={queries}>
          <ToastProvider>
            <RouterProvider router={router} />
          </ToastProvider>
        </QueryClientProvider>
      </ApiContext>
    </SessionContext>,
  );
  return { ...view, calls, link, queries, router, user: userEvent.setup() };
}

/** What jsdom does not have. */
export function standIns(): void {
  class Observer {
    observe = vi.fn();
    disconnect = vi.fn();
  }
  vi.stubGlobal("ResizeObserver", Observer);
  vi.stubGlobal("IntersectionObserver", Observer);
  vi.stubGlobal("CSS", { supports: () => true, escape: (text: string) => text });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: vi.fn(), removeEventListener: vi.fn() }));
  URL.createObjectURL = () => "blob:picture";
  URL.revokeObjectURL = () => undefined;
  vi.stubGlobal("scrollTo", vi.fn());
  vi.stubGlobal("scrollBy", vi.fn());
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
  };
  HTMLElement.prototype.showPopover = function showPopover() {
    // jsdom's own style sheet hides every popover.
    this.removeAttribute("popover");
  };
}
