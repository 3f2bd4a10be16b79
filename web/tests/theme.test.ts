/// <reference types="node" />
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { contrast } from "./contrast";

const css = readFileSync("src/theme.css", "utf8");
const TOKEN = /--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g;
const tokens = new Map([...css.matchAll(TOKEN)].map(([, name = "", light = "", dark = ""]) => [name, { light, dark }]));

const grounds = ["canvas", "surface", "float", "hover"];
const texts = ["ink", "muted", "accent", "like", "retweet", "danger"];
const pairs: [text: string, ground: string, least: number][] = [
  ...texts.flatMap((text) => grounds.map((ground): [string, string, number] => [text, ground, 4.5])),
  ["on-accent", "accent", 4.5],
  ["on-accent", "accent-hover", 4.5],
  ["ink", "accent-soft", 4.5],
  ["danger", "danger-soft", 4.5],
  ["line-strong", "canvas", 3],
];

describe.each(["light", "dark"] as const)("the %s theme", (theme) => {
  it.each(pairs)("shows %s on %s with a contrast of at least its %d : 1", (text, ground, least) => {
    const [front, back] = [tokens.get(text)?.[theme], tokens.get(ground)?.[theme]];
    expect(contrast(front ?? "", back ?? "")).toBeGreaterThanOrEqual(least);
  });
});
