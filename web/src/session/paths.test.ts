import { expect, it } from "vitest";
import { loginPath, nextPath } from "./paths";

it("leads back to where one was", () => {
  const path = loginPath("/@wren/followers");
  expect(nextPath(new URLSearchParams(path.slice(path.indexOf("?"))))).toBe("/@wren/followers");
});

it("needs nothing to lead home", () => {
  expect(loginPath("/")).toBe("/login");
  expect(nextPath(new URLSearchParams())).toBe("/");
});

it.each(["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)", ""])(
  "never leads to another site: %s",
  (next) => expect(nextPath(new URLSearchParams({ next }))).toBe("/"),
);
