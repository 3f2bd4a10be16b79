import { describe, expect, it } from "vitest";
import { LineReader } from "./stream";

describe("an event stream", () => {
  it("gives events as they are complete, wherever it is cut", () => {
    const text = 'id: 1.2.3\ndata: {"type":"ready"}\n\n:\n\ndata: {"type":"post"}\r\n\r\ndata: half';
    for (let cut = 0; cut <= text.length; cut += 1) {
      const lines = new LineReader();
      const events = [...lines.take(text.slice(0, cut)), ...lines.take(text.slice(cut))];
      expect(events).toEqual(['{"type":"ready"}', '{"type":"post"}']);
    }
  });

  it("puts data of several lines together", () => {
    expect(new LineReader().take("data: one\ndata: two\n\n")).toEqual(["one\ntwo"]);
  });
});
