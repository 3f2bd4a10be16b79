import type { Id } from "@/api/types";

/** Background and foreground pairs; every one keeps a contrast of at least 3 : 1. */
const PALETTES = [
  ["#7a2e12", "#ffb48c"],
  ["#0e4f4a", "#7fe0cf"],
  ["#3b2f7a", "#b9b0ff"],
  ["#6b1f47", "#ff9cc7"],
  ["#1f4a7a", "#93c9ff"],
  ["#5a4a08", "#f3d35b"],
  ["#234d1e", "#a5dd8a"],
  ["#4a2b1c", "#e9bf9b"],
  ["#ffcfb3", "#8a3208"],
  ["#bfeee4", "#0d5a52"],
  ["#d9d3ff", "#43359a"],
  ["#ffd0e3", "#8a1f58"],
  ["#cde6ff", "#1b4f87"],
  ["#fbe7a1", "#6b5300"],
  ["#d2f0c4", "#2c5f22"],
  ["#efdccb", "#69402a"],
] as const;

export interface Call {
  background: string;
  foreground: string;
  /** Heights of the call's notes, each between 0 and 1. */
  notes: readonly number[];
}

function seedOf(id: Id): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** Everybody's own call, drawn from the id: the same id always gives the same colours and notes. */
export function callOf(id: Id, length = 5): Call {
  const random = randomFrom(seedOf(id));
  const [background, foreground] = PALETTES[Math.floor(random() * PALETTES.length)] ?? PALETTES[0];
  const notes = Array.from({ length }, () => 0.2 + 0.8 * random());
  return { background, foreground, notes };
}
