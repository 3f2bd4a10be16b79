import { strings } from "@/strings";
import { DiscoverPosts } from "./DiscoverPosts";

/** An empty timeline says how to fill it, and shows where to begin. */
export function QuietHome() {
  const words = strings.home;
  return (
    <>
      <section className="border-b border-line px-4 py-6">
        <h2 className="text-lg font-semibold">{words.quietTitle}</h2>
        <p className="mt-1 text-sm text-muted">{words.quietText}</p>
      </section>
      <DiscoverPosts />
    </>
  );
}
