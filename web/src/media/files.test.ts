import { describe, expect, it } from "vitest";
import { carriesFiles, imagesAmong, pastedImages } from "./files";

const wren = new File(["x"], "wren.jpg", { type: "image/jpeg" });
const song = new File(["x"], "song.mp3", { type: "audio/mpeg" });
const drawing = new File(["x"], "drawing.svg", { type: "image/svg+xml" });

const data = (types: string[], ...files: File[]) => ({ types, files: files as unknown as FileList });

describe("what comes from outside", () => {
  it("is taken when it is an image that the server reads", () => {
    expect(imagesAmong([wren, song, drawing])).toEqual([wren]);
  });

  it("is pasted as words when words came along", () => {
    expect(pastedImages(data(["Files"], wren))).toEqual([wren]);
    expect(pastedImages(data(["text/plain", "text/html", "Files"], wren))).toEqual([]);
  });

  it("may be dropped when it is a file", () => {
    expect(carriesFiles(data(["Files"]))).toBe(true);
    expect(carriesFiles(data(["text/plain"]))).toBe(false);
    expect(carriesFiles(null)).toBe(false);
  });
});
