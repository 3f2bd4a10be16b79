import { screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { ApiProblem } from "@/api/problem";
import { makeMedia, makePost } from "@/post/fixtures";
import { stage, standIns, type Call } from "../../../tests/stage";
import { Composer } from "../Composer";
import { PendingPosts } from "../PendingPosts";

const NEW = { kind: "new" } as const;
const picture = () => new File(["x"], "wren.png", { type: "image/png" });

beforeEach(standIns);

async function write(answer: (call: Call) => unknown) {
  const shown = stage(
    <>
      <Composer target={NEW} placement="inline" />
      <PendingPosts />
    </>,
    { answer },
  );
  await shown.user.type(screen.getByRole("textbox", { name: "New post" }), "At the feeder");
  const chooser = () => screen.getByLabelText("Add images", { selector: "input" });
  return { ...shown, choose: (...files: File[]) => shown.user.upload(chooser(), files) };
}

const post = () => screen.getByRole("button", { name: "Post" });

describe("a post with images", () => {
  it("tells the server what is to be seen before it shows it", async () => {
    const { user, calls, choose } = await write(({ path }) => (path === "/posts" ? makePost("9") : makeMedia("11")));
    await choose(picture());
    await user.click(await screen.findByRole("button", { name: /Add a description of image 1/ }));
    await user.type(screen.getByRole("textbox", { name: "What is there to see?" }), " A wren ");
    await user.click(screen.getByRole("button", { name: "Done" }));
    await user.click(post());

    await waitFor(() => expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /media", "PATCH /media/11", "POST /posts"]));
    expect(calls[1]?.body).toEqual({ alt: "A wren" });
    expect(calls[2]?.body).toEqual({ text: "At the feeder", attachments: ["11"] });
    expect(screen.queryByRole("list", { name: "Images of this post" })).toBeNull();
  });

  it("asks for a description, and goes out without one when that is the answer", async () => {
    const { user, calls, choose } = await write(({ path }) => (path === "/posts" ? makePost("9") : makeMedia("11")));
    await choose(picture());
    await waitFor(() => expect(post()).toBeEnabled());
    await user.click(post());
    expect(screen.getByRole("dialog", { name: "Post without a description?" })).toBeVisible();
    expect(calls.some(({ path }) => path === "/posts")).toBe(false);
    await user.click(screen.getByRole("button", { name: "Post anyway" }));
    await waitFor(() => expect(calls.at(-1)?.body).toEqual({ text: "At the feeder", attachments: ["11"] }));
  });

  it("waits until they are uploaded", async () => {
    let accept: (media: unknown) => void = () => undefined;
    const { choose } = await write(() => new Promise((resolve) => (accept = resolve)));
    await choose(picture());
    expect(post()).toBeDisabled();
    expect(screen.getByRole("progressbar", { name: "Image 1: uploading" })).toBeInTheDocument();
    await waitFor(() => {
      accept(makeMedia("11"));
      expect(post()).toBeEnabled();
    });
  });

  it("gives a refused post back with its images", async () => {
    const { user, choose } = await write(({ path }) => {
      if (path === "/posts") throw new ApiProblem({ kind: "http", status: 422, detail: "Not this word." });
      return makeMedia("11");
    });
    await choose(picture());
    await waitFor(() => expect(post()).toBeEnabled());
    await user.click(post());
    await user.click(screen.getByRole("button", { name: "Post anyway" }));
    await user.click(await screen.findByRole("button", { name: "Edit" }));
    expect(screen.getAllByRole("list", { name: "Images of this post" })[0]?.querySelector("img")).toHaveAttribute("src", "/media/11-960.webp");
  });
});
