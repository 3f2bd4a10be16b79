// Fails when the scripts of a first page weigh more than the budget, compressed as browsers get them.
import { readFileSync, statSync } from "node:fs";

const BUDGET_KIB = 150;
const ENTRY = "index.html";
const DIST = new URL("../dist/", import.meta.url);

const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", DIST), "utf8"));

function scriptsOf(keys, found = new Set()) {
  for (const key of keys) {
    const { file, imports = [] } = manifest[key];
    if (found.has(file)) continue;
    found.add(file);
    scriptsOf(imports, found);
  }
  return found;
}

function kib(files) {
  let bytes = 0;
  for (const file of files) bytes += statSync(new URL(`${file}.br`, DIST)).size;
  return bytes / 1024;
}

const pages = Object.keys(manifest).filter((key) => manifest[key].isDynamicEntry && key.endsWith("Page.tsx"));
let heaviest = 0;
for (const page of pages) {
  const size = kib(scriptsOf([ENTRY, page]));
  heaviest = Math.max(heaviest, size);
  console.log(`${page.padEnd(32)} ${size.toFixed(1)} KiB`);
}

if (pages.length === 0 || heaviest > BUDGET_KIB) {
  console.error(`The budget of a first page is ${BUDGET_KIB} KiB of compressed script.`);
  process.exit(1);
}
