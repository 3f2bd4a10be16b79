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
        const addWithImports = (name: string) => {
          const chunk = bundle[name];
          if (chunk?.type !== "chunk" || chunk.isEntry || scripts.has(name)) return;
          scripts.add(name);
          chunk.imports.forEach(addWithImports);
        };

        for (const file of Object.values(bundle)) {
          if (file.type === "chunk" && pages.some((page) => file.facadeModuleId?.endsWith(page))) {
            addWithImports(file.fileName);
          }
          if (file.type === "asset" && font.test(file.fileName)) {
            preload({ rel: "preload", as: "font", type: "font/woff2", crossorigin: true, href: `/${file.fileName}` });
          }
        }
        for (const name of scripts) if (!html.includes(name)) preload({ rel: "modulepreload", crossorigin: true, href: `/${name}` });
        return tags;
      },
    },
  };
}
