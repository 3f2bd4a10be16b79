import { describe, expect, it } from "vitest";
import { MAX_GRAPHEMES, checkText, countGraphemes } from "./graphemes";

describe("countGraphemes", () => {
  it.each([
    ["plain", 5],
    ["", 0],
    ["👩‍👩‍👧‍👦", 1],
    ["🇫🇷🇯🇵", 2],
    ["e\u0301", 1],
    ["नमस्ते", countGraphemes("नमस्ते".normalize("NFC"))],
    ["👍🏽!", 2],
  ])("counts %j as %i", (text, count) => {
    expect(countGraphemes(text)).toBe(count);
  });
});

describe("checkText", () => {
  it("sends NFC", () => {
    expect(checkText("e\u0301").text).toBe("é");
  });

  it("makes line ends one character and trims the edges", () => {
    expect(checkText("  a\r\nb\r ").text).toBe("a\nb");
  });

  it("accepts exactly the limit", () => {
    const check = checkText("🏳️‍🌈".repeat(MAX_GRAPHEMES));
    expect(check.problem).toBeNull();
    expect(check.remaining).toBe(0);
  });

  it("refuses one more", () => {
    const check = checkText("a".repeat(MAX_GRAPHEMES + 1));
    expect(check.problem).toBe("too-long");
    expect(check.remaining).toBe(-1);
  });

  it.each(["", " \n ", "\u200b", "\u3000"])("sees nothing in %j", (text) => {
    expect(checkText(text).problem).toBe("empty");
  });

  it("makes a tab a space", () => {
    expect(checkText("a\tb")).toMatchObject({ text: "a b", problem: null });
  });

  it.each(["a\u0000b", "a\u001bb", "a\u0085b", "a\ud800b", "a\ue000b"])("refuses control characters in %j", (text) => {
    expect(checkText(text).problem).toBe("control");
  });
});
