import { render, screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { NewPostsPill } from "./NewPostsPill";

const pill = (count: number, more = false) => (
  <NewPostsPill unread={{ count, more }} onTop={vi.fn()} onElsewhere={null} />
);

describe("the pill of new posts", () => {
  it("is not there when nothing is new", () => {
    render(pill(0));
    expect(screen.queryByRole("button")).toBeNull();
    expect(screen.getByRole("status")).toBeEmptyDOMElement();
  });

  it("says when more has come, and is quiet while the reader gets through it", () => {
    const { rerender } = render(pill(3));
    expect(screen.getByRole("status")).toHaveTextContent("3 new posts");
    rerender(pill(2));
    expect(screen.getByRole("button", { name: "2 new posts" })).toBeVisible();
    expect(screen.getByRole("status")).toBeEmptyDOMElement();
    rerender(pill(4));
    expect(screen.getByRole("status")).toHaveTextContent("4 new posts");
  });

  it("admits when there is more than it has counted", () => {
    render(pill(77, true));
    expect(screen.getByRole("button", { name: "77+ new posts" })).toBeVisible();
  });
});
