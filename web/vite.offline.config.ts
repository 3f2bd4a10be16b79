import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";
import { strings } from "./src/strings.ts";

const OFFLINE_PAGE = "/offline.html";
const NAMED = /\.(js|css)$|figtree-latin-wght-normal.*\.woff2$/;

interface Chunk {
  file: string;
  css?: string[];
  assets?: string[];
}

/** What the worker keeps: everything that the pages of this version may ask for, but the rarer letters. */
function programFiles(): string[] {
  const manifest = JSON.parse(readFileSync(new URL("dist/.vite/manifest.json", import.meta.url), "utf8")) as Record<string, Chunk>;
  const files = Object.values(manifest).flatMap(({ file, css = [], assets = [] }) => [file, ...css, ...assets]);
  return [...new Set(files)].filter((file) => NAMED.test(file)).map((file) => `/${file}`);
}

/** What works without a connection: the page that says so, and the service worker. Runs after the main build. */
export default defineConfig({
  plugins: [
    tailwindcss(),
    {
      name: "offline-page-words",
      transformIndexHtml: (html) =>
        html.replace(/\{\{(\w+)\}\}/g, (_, word: string) =>
          word === "name" ? strings.app.name : strings.offline[word as keyof typeof strings.offline],
        ),
    },
    {
      name: "worker-files",
      generateBundle(_, bundle) {
        const worker = bundle["service-worker.js"];
        if (worker?.type !== "chunk") throw new Error("The build has made no service worker");
        const others = Object.keys(bundle).filter((file) => NAMED.test(file) && file !== worker.fileName);
        const files = [...new Set([...programFiles(), ...others.map((file) => `/${file}`), OFFLINE_PAGE])].sort();
        const page = bundle["offline.html"];
        const hash = createHash("sha256").update(files.join());
        if (page?.type === "asset") hash.update(page.source);
        worker.code = `const FILES=${JSON.stringify(files)},VERSION="${hash.update(worker.code).digest("hex").slice(0, 12)}";\n${worker.code}`;
      },
    },
  ],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  publicDir: false,
  build: {
    target: "es2022",
    emptyOutDir: false,
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: {
      input: ["offline.html", "src/offline/service-worker.ts"],
      output: { entryFileNames: ({ name }) => (name === "service-worker" ? "[name].js" : "assets/[name]-[hash].js") },
    },
  },
});
