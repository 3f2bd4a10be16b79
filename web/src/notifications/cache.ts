import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import type { Id, Notification, Page } from "@/api/types";

type Pages = InfiniteData<Page<Notification>>;

/** Shows one notification, or with null all, as read wherever they are listed. */
export function showAsRead(queries: QueryClient, id: Id | null): void {
  queries.setQueriesData<Pages>({ queryKey: keys.notificationLists() }, (pages) => pages && withRead(pages, id));
}

export function withRead(pages: Pages, id: Id | null): Pages {
  const read = (item: Notification) => (!item.is_read && (id === null || item.id === id) ? { ...item, is_read: true } : item);
  return { ...pages, pages: pages.pages.map((page) => ({ ...page, items: page.items.map(read) })) };
}
