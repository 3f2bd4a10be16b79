import { describe, expect, it } from "vitest";
import { hasFilters, intentOf, readFilters, withoutFilters, writeFilter } from "./language";

const none = { from: "", media: false, links: false, since: "", until: "", lang: "" };

describe("filters", () => {
  it("are read from the query", () => {
    expect(readFilters('"blue tit" FROM:@Wren has:media has:LINKS since:2026-03-01 until:2026-04-01 lang:EN')).toEqual({
      from: "Wren",
      media: true,
      links: true,
      since: "2026-03-01",
      until: "2026-04-01",
      lang: "en",
    });
  });

  it("are not what a phrase or a minus only looks like", () => {
    expect(readFilters('"from:wren" -from:robin -has:media wherefrom:here')).toEqual(none);
  });

  it("are written behind what is there", () => {
    expect(writeFilter("blue  tit", "from", "wren")).toBe("blue tit from:wren");
    expect(writeFilter("", "media", true)).toBe("has:media");
  });

  it("are changed where they stand, and only once", () => {
    expect(writeFilter('from:wren "a tit" from:robin', "from", "lark")).toBe('from:lark "a tit"');
    expect(writeFilter("has:links tit has:media", "media", false)).toBe("has:links tit");
  });

  it("leave what is without something as it is", () => {
    expect(writeFilter("tit -from:robin", "from", "wren")).toBe("tit -from:robin from:wren");
    expect(writeFilter("tit -has:media", "media", true)).toBe("tit -has:media has:media");
  });

  it("can be taken off, down to the words", () => {
    expect(withoutFilters('tit #spring "blue one" from:wren -red since:2026-01-01')).toBe('tit #spring "blue one"');
    expect(hasFilters("  tit   #spring ")).toBe(false);
    expect(hasFilters("tit -red")).toBe(true);
  });

  it("survive a phrase that is still open", () => {
    expect(writeFilter('from:wren "blue ti', "lang", "de")).toBe('from:wren "blue ti lang:de');
  });
});

describe("what is suggested", () => {
  it("is people and hashtags for plain words", () => {
    expect(intentOf("wre")).toEqual({ people: "wre", tags: "wre", before: null });
    expect(intentOf("anna b")).toEqual({ people: "anna b", tags: null, before: null });
  });

  it("is one of both after its sign", () => {
    expect(intentOf("@wre")).toEqual({ people: "wre", tags: null, before: null });
    expect(intentOf("#spr")).toEqual({ people: null, tags: "spr", before: null });
  });

  it("completes a name or a hashtag within a query", () => {
    expect(intentOf("tit -FROM:@wr")).toEqual({ people: "wr", tags: null, before: "tit -from:" });
    expect(intentOf("tit #spr")).toEqual({ people: null, tags: "spr", before: "tit #" });
  });

  it.each(["", "  ", "@", "#", "from:", "#not-a-tag", '"blue ti', "tit has:media", "from:wren "])("is nothing for %j", (text) =>
    expect(intentOf(text)).toEqual({ people: null, tags: null, before: null }),
  );
});
