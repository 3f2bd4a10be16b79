import { screen } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { makeMedia, makePost, makeUser } from "@/post/fixtures";
import { PostCard } from "@/post/PostCard";
import { stage, standIns } from "../../tests/stage";

beforeEach(standIns);

const wren = makeMedia("11", { alt: "A wren" });
const robin = makeMedia("12");
const withImages = makePost("1", makeUser("1", "ada"), "The garden", { attachments: [wren, robin] });

describe("the images of a post", () => {
  it("are named by their place and their words", () => {
    stage(<PostCard post={withImages} name="1" />);
    expect(screen.getByRole("group", { name: "2 images" })).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Open image 1 of 2. A wren" })).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Open image 2 of 2, without description" })).toBeInTheDocument();
  });

  it("have a badge that shows the words, where there are some", async () => {
    const { user } = stage(<PostCard post={withImages} name="1" />);
    await user.click(screen.getByRole("button", { name: /Show image description/ }));
    expect(screen.getByRole("dialog", { name: "Image description" })).toHaveTextContent("A wren");
  });

  it("come in the size that is needed, when they are near", () => {
    stage(<PostCard post={withImages} name="1" />);
    const image = screen.getByRole("img", { name: "A wren" });
    expect(image).toHaveAttribute("srcset", "/media/11-480.webp 480w, /media/11-960.webp 960w");
    expect(image).toHaveAttribute("loading", "lazy");
  });

  it("only show in a quote, which is a link as a whole", () => {
    const quote = makePost("2", makeUser("2", "bo"), "Look", { retweet_of: withImages, retweet_of_id: "1" });
    stage(<PostCard post={quote} name="2" />);
    expect(screen.getByRole("img", { name: "A wren" })).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: /Open image/ })).toBeNull();
  });

  it("open one at a time, with their words", async () => {
    const { user } = stage(<PostCard post={withImages} name="1" />);
    await user.click(screen.getByRole("button", { name: "Open image 1 of 2. A wren" }));
    const gallery = await screen.findByRole("dialog", { name: "Images" });
    expect(gallery).toHaveTextContent("1 of 2");
    expect(screen.getByRole("region", { name: "Image description" })).toHaveTextContent("A wren");
    await user.click(screen.getByRole("button", { name: "Close" }));
    expect(screen.queryByRole("dialog")).toBeNull();
  });
});
