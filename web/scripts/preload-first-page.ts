import type { HtmlTagDescriptor, Plugin } from "vite";

/**
 * Lets the document itself name what the first page needs, so that nothing waits for a script
 * to find out: the code of `pages`, and the typeface's main file.
 */
export function preloadFirstPage(pages: readonly string[], font: RegExp): Plugin {
  return {
    name: "preload-first-page",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle = {} }) {
        const tags: HtmlTagDescriptor[] = [];
        const preload = (attrs: Record<string, string | boolean>) => tags.push({ tag: "link", attrs, injectTo: "head" });
        const scripts = new Set<string>();

        for (const file of Object.values(bundle)) {
          if (file.type === "chunk" && pages.some((page) => file.facadeModuleId?.endsWith(page))) {
            for (const name of [file.fileName, ...file.imports]) {
              if (!html.includes(name)) scripts.add(name);
            }
          }
          if (file.type === "asset" && font.test(file.fileName)) {
            preload({ rel: "preload", as: "font", type: "font/woff2", crossorigin: true, href: `/${file.fileName}` });
          }
        }
        for (const name of scripts) preload({ rel: "modulepreload", crossorigin: true, href: `/${name}` });
        return tags;
      },
    },
  };
}
