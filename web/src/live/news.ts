import type { QueryClient } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import type { Id, Post } from "@/api/types";
import { addLive, type HomeFeed } from "@/home/feed";
import { removePost, updatePosts } from "@/post/cache";
import type { Counts, LiveEvent } from "./events";
import type { LiveLink } from "./link";

const GATHER_MS = 300;
/** For so long after the viewer's own like the server may count without it. */
const SETTLE_MS = 3_000;
const MOST_REMEMBERED = 200;

interface NewsOptions {
  queries: QueryClient;
  link: LiveLink;
  /** The cards of a post that can be seen now. */
  cardsOf: (post: Id) => HTMLElement[];
  /** The newest post that the reader has seen at home. */
  seenTop: () => Id | null;
}

/** Puts what the server tells into what the pages show, several things at a time, and never moves what is read. */
export class LiveNews {
  readonly #options: NewsOptions;
  #posts: Post[] = [];
  #remembered: Post[] = [];
  readonly #counts = new Map<Id, Counts>();
  readonly #gone = new Set<Id>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #stopWatching: () => void;

  constructor(options: NewsOptions) {
    this.#options = options;
    this.#stopWatching = options.queries.getQueryCache().subscribe((event) => {
      if (event.type !== "updated" || event.action.type !== "success" || event.action.manual) return;
      // What came while the page was on its way may be missing in it.
      if (event.query.queryHash === HOME_HASH && this.#remembered.length > 0) this.#gather(...this.#remembered);
    });
  }

  take(event: LiveEvent): void {
    const { queries } = this.#options;
    switch (event.type) {
      case "post":
        this.#gather(event.post);
        this.#remembered = [...this.#remembered, event.post].slice(-MOST_REMEMBERED);
        break;
      case "counts":
        this.#counts.set(event.post_id, event);
        this.#soon();
        break;
      case "delete":
        this.#remove(event.post_id);
        break;
      case "reload":
        this.#posts = [];
        this.#remembered = [];
        this.#reload();
        break;
      case "notification":
        void queries.invalidateQueries({ queryKey: keys.unreadCount() });
        break;
    }
  }

  /** Takes those away that had to wait until they were out of sight. */
  sweep(): void {
    for (const id of this.#gone) if (this.#options.cardsOf(id).length === 0) this.#removeNow(id);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stopWatching();
  }

  #gather(...posts: Post[]): void {
    this.#posts.push(...posts);
    this.#soon();
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#showPosts();
      this.#showCounts();
    }, GATHER_MS);
  }

  #showPosts(): void {
    const { queries, link, seenTop } = this.#options;
    const posts = this.#posts.splice(0).filter(({ id }) => !this.#gone.has(id));
    const feed = queries.getQueryData<HomeFeed>(keys.home());
    if (!feed || posts.every(({ id }) => feed.posts.some((known) => known.id === id))) return;
    if (feed.posts.length === 0) {
      // Somebody is choosing whom to follow: the list comes when they ask for it.
      this.#reload();
      return;
    }
    link.hold();
    queries.setQueryData<HomeFeed>(keys.home(), (current) => current && addLive(current, posts, seenTop()));
  }

  #showCounts(): void {
    const { queries, link } = this.#options;
    const settled = new Map([...this.#counts].filter(([id]) => link.untouchedFor(id) > SETTLE_MS));
    for (const id of settled.keys()) this.#counts.delete(id);
    if (settled.size > 0) updatePosts(queries, (post) => withCounts(post, settled.get(post.id)));
    if (this.#counts.size > 0) this.#soon();
  }

  /** Where it can be seen, a deleted post leaves a gap of its size until it is out of sight. */
  #remove(id: Id): void {
    const { link, cardsOf } = this.#options;
    this.#posts = this.#posts.filter((post) => post.id !== id);
    this.#remembered = this.#remembered.filter((post) => post.id !== id);
    const cards = cardsOf(id);
    this.#gone.add(id);
    if (cards.length === 0) {
      this.#removeNow(id);
      return;
    }
    const own = cards.filter((card) => card.dataset["post"] === id);
    if (own.length > 0) link.markGone(id, Math.max(...own.map((card) => card.offsetHeight)));
  }

  #removeNow(id: Id): void {
    const { queries, link } = this.#options;
    this.#gone.delete(id);
    link.hold();
    removePost(queries, id);
    link.forgetGone(id);
  }

  #reload(): void {
    const { queries } = this.#options;
    const feed = queries.getQueryData<HomeFeed>(keys.home());
    const refetchType = feed && feed.posts.length > 0 ? "active" : "none";
    void queries.invalidateQueries({ queryKey: keys.home(), exact: true, refetchType });
  }
}

const HOME_HASH = JSON.stringify(keys.home());

function withCounts(post: Post, counts: Counts | undefined): Post {
  if (!counts) return post;
  const { likes_count, retweets_count, replies_count } = counts;
  if (post.likes_count === likes_count && post.retweets_count === retweets_count && post.replies_count === replies_count) return post;
  return { ...post, likes_count, retweets_count, replies_count };
}
