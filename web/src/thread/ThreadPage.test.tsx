import { screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { ApiProblem } from "@/api/problem";
import type { Thread } from "@/api/types";
import { makePost, makeUser } from "@/post/fixtures";
import { stage, standIns } from "../../tests/stage";
import { ThreadPage } from "./ThreadPage";
import type { ThreadItem } from "./tree";

const ada = makeUser("1", "ada");
const ben = makeUser("2", "ben");
const reply = (id: string, to: string, author = ben) => makePost(id, author, `reply ${id}`, { reply_to: to, conversation_id: "10" });

beforeEach(standIns);

function show(items: ThreadItem[], ancestors: Thread["ancestors"] = [], focus = makePost("20", ada, "in focus")) {
  return stage(<ThreadPage />, {
    route: "/:handle/:postId",
    path: "/@ada/20",
    answer: ({ path }) => (path === "/posts/20/thread" ? { ancestors, post: focus, replies: { items, next_cursor: null } } : undefined),
  });
}

describe("a thread", () => {
  it("shows what led here, the post, and the answers", async () => {
    show([reply("21", "20")], [makePost("10", ben, "the beginning")]);
    expect(await screen.findByRole("region", { name: "Earlier in this conversation" })).toHaveTextContent("the beginning");
    expect(screen.getByRole("article", { name: /ada/ })).toHaveTextContent("in focus");
    expect(screen.getByRole("region", { name: "Replies" })).toHaveTextContent("reply 21");
  });

  it("leaves a gap where an answered post is deleted", async () => {
    show([{ id: "21", deleted: true, reply_to: "20" }, reply("22", "21")]);
    const replies = await screen.findByRole("region", { name: "Replies" });
    expect(replies).toHaveTextContent("This post is no longer here.");
    expect(replies).toHaveTextContent("reply 22");
  });

  it("folds a branch away and back", async () => {
    const { user } = show([reply("21", "20"), reply("22", "21", ada), reply("23", "22")]);
    await user.click(await screen.findByRole("button", { name: "Hide 2 replies below the reply of @ben" }));
    expect(screen.queryByText("reply 22")).toBeNull();
    expect(screen.getByText("reply 21")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Show 2 replies" }));
    expect(screen.getByText("reply 23")).toBeInTheDocument();
  });

  it("puts one's reply among the answers as soon as it is there", async () => {
    const { user } = stage(<ThreadPage />, {
      route: "/:handle/:postId",
      path: "/@ada/20",
      answer: ({ path, method }) => {
        if (method === "POST" && path === "/posts") return reply("30", "20");
        if (path === "/posts/20/thread") return { ancestors: [], post: makePost("20", ada), replies: { items: [], next_cursor: null } };
        return undefined;
      },
    });
    await user.type(await screen.findByRole("textbox", { name: "Your reply" }), "yes{Control>}{Enter}{/Control}");
    expect(await within(screen.getByRole("region", { name: "Replies" })).findByText("reply 30")).toBeInTheDocument();
  });

  it("says so when the post is not there", async () => {
    stage(<ThreadPage />, {
      route: "/:handle/:postId",
      path: "/@ada/20",
      answer: () => {
        throw new ApiProblem({ kind: "http", status: 404 });
      },
    });
    expect(await screen.findByText("This post is not here")).toBeInTheDocument();
  });
});
