import type { QueryClient } from "@tanstack/react-query";
import type { SessionStore } from "./store";

/**
 * What one person loaded is never shown to the next. After a session that ended and began again for the
 * same person, only what failed in between is asked for again.
 */
export function watchSession(session: SessionStore, queries: QueryClient): () => void {
  let before = session.state();
  return session.subscribe(() => {
    const now = session.state();
    const known = before.status !== "restoring" && before.status !== "unreachable";
    if (known && before.user?.id !== now.user?.id) {
      queries.removeQueries({ type: "inactive" });
      for (const query of queries.getQueryCache().findAll()) query.reset();
      // By then React has taken away what only members see, and nobody asks for it without a token.
      setTimeout(() => void queries.refetchQueries({ type: "active" }));
    } else if (before.status === "expired" && now.status === "member") {
      void queries.refetchQueries({ type: "active", predicate: (query) => query.state.status === "error" });
    }
    before = now;
  });
}
