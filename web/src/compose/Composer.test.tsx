import { screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { ApiProblem } from "@/api/problem";
import { makePost } from "@/post/fixtures";
import { stage, standIns, type Call } from "../../tests/stage";
import { Composer } from "./Composer";
import { PendingPosts } from "./PendingPosts";

const NEW = { kind: "new" } as const;

beforeEach(standIns);

const show = (answer: (call: Call) => unknown) =>
  stage(
    <>
      <Composer target={NEW} placement="inline" />
      <PendingPosts />
    </>,
    { answer },
  );
const field = () => screen.getByRole("textbox", { name: "New post" });
const pending = () => screen.queryByRole("region", { name: "On their way" });

describe("writing a post", () => {
  it("shows it as pending until the server has it", async () => {
    let accept: (post: unknown) => void = () => undefined;
    const { user, calls } = show(() => new Promise((resolve) => (accept = resolve)));
    await user.type(field(), "Good morning");
    await user.click(screen.getByRole("button", { name: "Post" }));

    expect(field()).toHaveValue("");
    expect(pending()).toHaveTextContent("Good morning");
    expect(calls[0]).toMatchObject({ path: "/posts", body: { text: "Good morning" }, idempotencyKey: expect.any(String) as string });
    accept(makePost("9"));
    await waitFor(() => expect(pending()).toBeNull());
    expect(await screen.findByText("Posted.")).toBeVisible();
  });

  it("keeps it when the server cannot be reached, and sends it with the same key", async () => {
    let up = false;
    const { user, calls } = show(() => {
      if (up) return makePost("9");
      throw new ApiProblem({ kind: "network" });
    });
    await user.type(field(), "Kept{Control>}{Enter}{/Control}");
    expect(await screen.findByText(/Not sent yet/)).toBeVisible();

    up = true;
    await user.click(screen.getByRole("button", { name: "Send now" }));
    await waitFor(() => expect(pending()).toBeNull());
    const keys = calls.filter(({ path }) => path === "/posts").map(({ idempotencyKey }) => idempotencyKey);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });

  it("gives a refused text back to be changed", async () => {
    const { user } = show(() => {
      throw new ApiProblem({ kind: "http", status: 422, detail: "Not this word." });
    });
    await user.type(field(), "That word{Control>}{Enter}{/Control}");
    expect(await screen.findByText("Not accepted: Not this word.")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Edit" }));
    expect(pending()).toBeNull();
    expect(screen.getByRole("dialog", { name: "New post" }).querySelector("textarea")).toHaveValue("That word");
  });

  it("keeps the draft over a reload", async () => {
    const { user, unmount } = show(() => undefined);
    await user.type(field(), "Half a thought");
    unmount();
    show(() => undefined);
    expect(field()).toHaveValue("Half a thought");
  });

  it("does not send what is too long, and says by how much", async () => {
    const { user, calls } = show(() => undefined);
    await user.click(field());
    await user.paste("a".repeat(283));
    expect(screen.getAllByText("3 characters too many")).not.toHaveLength(0);
    expect(screen.getByRole("button", { name: "Post" })).toBeDisabled();
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(calls).toEqual([]);
  });
});
