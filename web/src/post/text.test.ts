import { describe, expect, it } from "vitest";
import { safeHref, shortenLink, splitText } from "./text";

describe("splitText", () => {
  it("gives text without entities back whole", () => {
    expect(splitText("hello", [])).toEqual([{ type: "text", text: "hello" }]);
  });

  it("counts code points, not UTF-16 units", () => {
    const text = "🦜🦜 @ada says #hi";
    expect(
      splitText(text, [
        { type: "mention", start: 3, end: 7, value: "ada" },
        { type: "hashtag", start: 13, end: 16, value: "hi" },
      ]),
    ).toEqual([
      { type: "text", text: "🦜🦜 " },
      { type: "mention", text: "@ada", value: "ada" },
      { type: "text", text: " says " },
      { type: "hashtag", text: "#hi", value: "hi" },
    ]);
  });

  it("sorts entities and ignores what overlaps or lies outside", () => {
    expect(
      splitText("ab cd", [
        { type: "hashtag", start: 3, end: 5, value: "cd" },
        { type: "hashtag", start: 4, end: 5, value: "d" },
        { type: "mention", start: 0, end: 2, value: "ab" },
        { type: "link", start: 4, end: 99, value: "https://example.org" },
      ]),
    ).toEqual([
      { type: "mention", text: "ab", value: "ab" },
      { type: "text", text: " " },
      { type: "hashtag", text: "cd", value: "cd" },
    ]);
  });

  it("has nothing to say about an empty text", () => {
    expect(splitText("", [])).toEqual([]);
  });
});

describe("links", () => {
  it("shortens what is shown", () => {
    expect(shortenLink("https://www.example.org/")).toBe("example.org");
    expect(shortenLink(`https://example.org/${"a".repeat(60)}`)).toHaveLength(36);
  });

  it("makes no link of anything but web addresses", () => {
    expect(safeHref("javascript:alert(1)")).toBeNull();
    expect(safeHref("https://example.org")).toBe("https://example.org");
  });
});
