import { describe, expect, it } from "vitest";
import { makePost } from "@/post/fixtures";
import { buildTree, visibleRows, type ThreadItem } from "./tree";

const reply = (id: string, to: string) => makePost(id, undefined, `reply ${id}`, { reply_to: to, conversation_id: "1" });
const gap = (id: string, to: string): ThreadItem => ({ id, deleted: true, reply_to: to });
const shape = (items: ThreadItem[], collapsed: string[] = []) =>
  visibleRows(buildTree(items, "1"), new Set(collapsed)).map((row) => `${"·".repeat(row.depth)}${row.node.post ? "" : "gap "}${row.node.id}`);

describe("buildTree", () => {
  it("nests a depth-first list", () => {
    expect(shape([reply("2", "1"), reply("3", "2"), reply("4", "3"), reply("5", "1")])).toEqual(["2", "·3", "··4", "5"]);
  });

  it("keeps a gap where a deleted post has answers", () => {
    expect(shape([gap("2", "1"), reply("3", "2")])).toEqual(["gap 2", "·3"]);
  });

  it("leaves out a gap that holds nothing", () => {
    expect(shape([gap("2", "1"), reply("3", "1"), gap("4", "3")])).toEqual(["3"]);
  });

  it("puts a gap where the parent is not visible", () => {
    expect(shape([reply("2", "1"), reply("9", "8"), reply("10", "8")])).toEqual(["2", "gap 8", "·9", "·10"]);
  });

  it("shows a reply once even if pages overlap", () => {
    expect(shape([reply("2", "1"), reply("2", "1")])).toEqual(["2"]);
  });

  it("counts answers at any depth, gaps not among them", () => {
    const [first] = buildTree([reply("2", "1"), gap("3", "2"), reply("4", "3"), reply("5", "2")], "1");
    expect(first?.descendants).toBe(2);
  });
});

describe("visibleRows", () => {
  const items = [reply("2", "1"), reply("3", "2"), reply("4", "1")];

  it("hides what hangs below a collapsed reply", () => {
    expect(shape(items, ["2"])).toEqual(["2", "4"]);
  });

  it("does not call a reply without answers collapsed", () => {
    const rows = visibleRows(buildTree(items, "1"), new Set(["4"]));
    expect(rows.map((row) => row.collapsed)).toEqual([false, false, false]);
  });

  it("ends a guide at the last of its siblings", () => {
    const rows = visibleRows(buildTree([...items, reply("5", "4"), reply("6", "5"), reply("7", "4")], "1"), new Set());
    expect(rows.map((row) => [row.node.id, row.guides])).toEqual([
      ["2", []],
      ["3", [false]],
      ["4", []],
      ["5", [true]],
      ["6", [true, false]],
      ["7", [false]],
    ]);
  });
});
