import { describe, expect, it } from "vitest";
import { isTyping, makeKeyReader, type KeyStroke } from "./shortcuts";

const stroke = (key: string, over: Partial<KeyStroke> = {}): KeyStroke => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  repeat: false,
  isComposing: false,
  defaultPrevented: false,
  ...over,
});

describe("makeKeyReader", () => {
  it("knows single keys, Caps Lock or not", () => {
    const read = makeKeyReader();
    expect(["j", "k", "l", "r", "t", "n", "J"].map((key) => read(stroke(key)))).toEqual([
      "next",
      "previous",
      "like",
      "reply",
      "retweet",
      "new",
      "next",
    ]);
  });

  it("knows the slash, with Shift or without", () => {
    const read = makeKeyReader();
    expect([read(stroke("/")), read(stroke("/", { shiftKey: true }))]).toEqual(["search", "search"]);
  });

  it("knows sequences", () => {
    const read = makeKeyReader();
    expect([read(stroke("g")), read(stroke("h"))]).toEqual([null, "home"]);
    expect([read(stroke("g")), read(stroke("d"))]).toEqual([null, "discover"]);
    expect([read(stroke("g")), read(stroke("p"))]).toEqual([null, "profile"]);
  });

  it("forgets a sequence that takes too long", () => {
    let time = 0;
    const read = makeKeyReader(() => time);
    read(stroke("g"));
    time = 2000;
    expect(read(stroke("h"))).toBeNull();
  });

  it("takes a key after g for the sequence only", () => {
    const read = makeKeyReader();
    read(stroke("g"));
    expect(read(stroke("l"))).toBeNull();
    expect(read(stroke("l"))).toBe("like");
  });

  it("opens the help with a shifted question mark", () => {
    const read = makeKeyReader();
    read(stroke("Shift", { shiftKey: true }));
    expect(read(stroke("?", { shiftKey: true }))).toBe("help");
  });

  it.each([{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { shiftKey: true }, { isComposing: true }, { defaultPrevented: true }])(
    "leaves %o to the browser",
    (over) => {
      expect(makeKeyReader()(stroke("l", over))).toBeNull();
    },
  );

  it("repeats moving but not acting", () => {
    const read = makeKeyReader();
    expect(read(stroke("j", { repeat: true }))).toBe("next");
    expect(read(stroke("l", { repeat: true }))).toBeNull();
  });
});

describe("isTyping", () => {
  it.each(["<input>", "<textarea></textarea>", "<select></select>", "<p contenteditable='true'></p>", "<p role='textbox'></p>"])(
    "leaves letters to %s",
    (html) => {
      document.body.innerHTML = html;
      expect(isTyping(document.body.firstElementChild)).toBe(true);
    },
  );

  it("does not mind buttons and links", () => {
    document.body.innerHTML = "<button></button><a href='#x'></a>";
    expect([...document.body.children].some(isTyping)).toBe(false);
  });
});
