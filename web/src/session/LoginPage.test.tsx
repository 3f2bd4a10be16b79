import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createMemoryRouter, RouterProvider } from "react-router";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { SessionContext } from "./context";
import { LoginPage } from "./LoginPage";
import { MembersOnly } from "./SessionGate";
import { SessionStore } from "./store";

const fetchMock = vi.fn<typeof fetch>();
const user = { id: "1", username: "wren", display_name: "Wren" };
const granted = () => Promise.resolve(new Response(JSON.stringify({ user, access_token: "a", refresh_token: null })));
const refused = (status: number, body: object) => () => Promise.resolve(new Response(JSON.stringify(body), { status }));

function open(path: string) {
  const session = new SessionStore(null);
  const router = createMemoryRouter(
    [
      { path: "/", element: <h1>Home</h1> },
      { path: "/login", element: <LoginPage /> },
      {
        path: "/settings",
        element: (
          <MembersOnly>
            <h1>Settings</h1>
          </MembersOnly>
        ),
      },
    ],
    { initialEntries: [path] },
  );
  render(
    <SessionContext value={session}>
      <QueryClientProvider client={new QueryClient()}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </SessionContext>,
  );
  return session;
}

const name = () => screen.getByRole<HTMLInputElement>("textbox", { name: "Username or e-mail" });
const password = () => screen.getByLabelText<HTMLInputElement>("Password");
const submit = () => userEvent.click(screen.getByRole("button", { name: "Log in" }));

beforeEach(() => {
  fetchMock.mockReset();
  vi.stubGlobal("fetch", fetchMock);
});

describe("logging in", () => {
  it("says what is missing, by the field, and goes there", async () => {
    open("/login");
    await submit();
    expect(name().getAttribute("aria-invalid")).toBe("true");
    expect(name()).toBe(document.activeElement);
    expect(screen.getByText("Enter your password.").id).toBe(password().getAttribute("aria-describedby"));
    expect(fetchMock).not.toHaveBeenCalled();
  });

  it("takes a message back while it is being mended", async () => {
    open("/login");
    await submit();
    await userEvent.type(name(), "w");
    expect(screen.queryByText("Enter your username or e-mail address.")).toBeNull();
    expect(screen.getByText("Enter your password.")).toBeTruthy();
  });

  it("keeps what was typed when the server refuses", async () => {
    fetchMock.mockImplementation(refused(401, { title: "Not authenticated", detail: "Username or password is wrong." }));
    open("/login");
    await userEvent.type(name(), "wren");
    await userEvent.type(password(), "wrong horse");
    await submit();
    expect((await screen.findByRole("alert")).textContent).toBe("Username or password is wrong.");
    expect(name().value).toBe("wren");
    expect(password().value).toBe("wrong horse");
  });

  it("asks for the refresh token as a cookie, and goes home", async () => {
    fetchMock.mockImplementation(granted);
    open("/login");
    await userEvent.type(name(), " wren ");
    await userEvent.type(password(), "correct horse{Enter}");
    await screen.findByRole("heading", { name: "Home" });
    expect(JSON.parse(String(fetchMock.mock.calls[0]?.[1]?.body))).toEqual({
      username: "wren",
      password: "correct horse",
      use_cookie: true,
    });
  });
});

describe("a page for members", () => {
  it("sends a visitor to log in, and back afterwards", async () => {
    fetchMock.mockImplementation(granted);
    open("/settings");
    await screen.findByRole("heading", { name: "Log in" });
    await userEvent.type(name(), "wren");
    await userEvent.type(password(), "correct horse{Enter}");
    expect(await screen.findByRole("heading", { name: "Settings" })).toBeTruthy();
  });

  it("sends whoever logs out there home", async () => {
    localStorage.setItem("chirrup.session", "1");
    fetchMock.mockImplementation(granted);
    const session = open("/settings");
    await screen.findByRole("heading", { name: "Settings" });
    session.forget();
    expect(await screen.findByRole("heading", { name: "Home" })).toBeTruthy();
  });
});
