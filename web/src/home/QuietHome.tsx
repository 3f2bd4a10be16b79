import type { Me } from "@/api/types";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { DiscoverPosts } from "./DiscoverPosts";
import { PeopleToFollow } from "./PeopleToFollow";

interface QuietHomeProps {
  me: Me;
  /** Somebody is followed now: shows what they write. */
  onReady: (() => void) | null;
}

/** An empty timeline says how to fill it, and shows where to begin. */
export function QuietHome({ me, onReady }: QuietHomeProps) {
  const words = strings.home;
  return (
    <>
      <section aria-labelledby="quiet" className="border-b border-line px-4 py-6">
        <h2 id="quiet" className="text-lg font-semibold">
          {words.quietTitle}
        </h2>
        <p className="mt-1 max-w-lg text-sm text-muted">{words.quietText}</p>
        {onReady && (
          <Button variant="primary" className="mt-4 animate-fade" onClick={onReady}>
            {words.ready}
          </Button>
        )}
      </section>
      <PeopleToFollow me={me} />
      <h2 className="px-4 pt-5 pb-2 text-sm font-semibold text-muted">{words.justWritten}</h2>
      <DiscoverPosts />
    </>
  );
}
