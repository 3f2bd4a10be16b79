import { screen } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { stage, standIns } from "../../tests/stage";
import { InlineComposer } from "./InlineComposer";

const NEW = { kind: "new" } as const;
const field = () => screen.getByRole("textbox", { name: "New post" });

beforeEach(standIns);

describe("the composer in a page", () => {
  it("keeps what is typed, and the focus, while the rest of it comes", async () => {
    const { user } = stage(<InlineComposer target={NEW} />, { writing: null });
    await user.click(field());
    await user.keyboard("Typed at once");
    expect(await screen.findByRole("button", { name: "Post" })).toBeEnabled();
    expect(field()).toHaveValue("Typed at once");
    expect(field()).toHaveFocus();
  });

  it("shows the draft before the rest of it is there", () => {
    stage(<InlineComposer target={NEW} />).unmount();
    localStorage.setItem("chirrup.drafts.7", JSON.stringify({ new: { text: "Half a thought", savedAt: 1 } }));
    stage(<InlineComposer target={NEW} />, { writing: null });
    expect(field()).toHaveValue("Half a thought");
  });
});
