import type { InfiniteData, UseInfiniteQueryResult, UseQueryResult } from "@tanstack/react-query";
import { Link } from "react-router";
import type { HashtagCount, Page, Post, User } from "@/api/types";
import { PagedPosts, PostSkeletons } from "@/post/PagedPosts";
import { hashtagPath } from "@/post/paths";
import { PagedPeople } from "@/profile/PagedPeople";
import { strings } from "@/strings";
import { ButtonLink } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { exactNumber } from "@/ui/format";
import { ErrorNotice, Notice } from "@/ui/Notice";
import { HashIcon } from "./icons";
import { hasFilters, withoutFilters } from "./language";
import { searchPath, type SearchQuery } from "./paths";

const words = strings.search;

interface FoundPostsProps {
  search: SearchQuery;
  query: UseInfiniteQueryResult<InfiniteData<Page<Post>>>;
}

export function FoundPosts({ search, query }: FoundPostsProps) {
  return (
    <>
      <Order {...search} />
      <PagedPosts label={words.postsLabel(search.text)} query={query} empty={<NoPosts text={search.text} />} />
    </>
  );
}

function Order({ text, sort }: SearchQuery) {
  const orders = [
    { sort: "relevance", label: words.best },
    { sort: "newest", label: words.newest },
  ] as const;
  return (
    <nav aria-label={words.order} className="flex gap-2 border-b border-line px-4 py-2">
      {orders.map((order) => (
        <Link
          key={order.sort}
          to={searchPath({ text, sort: order.sort })}
          replace
          preventScrollReset
          aria-current={sort === order.sort ? "true" : undefined}
          className={cx(
            "inline-flex min-h-9 items-center rounded-full border px-4 text-sm font-semibold pointer-coarse:min-h-11",
            sort === order.sort ? "border-transparent bg-accent-soft text-accent" : "border-line text-muted hover:bg-hover",
          )}
        >
          {order.label}
        </Link>
      ))}
    </nav>
  );
}

function NoPosts({ text }: { text: string }) {
  const plain = withoutFilters(text);
  const narrowed = hasFilters(text) && plain !== "";
  return (
    <Notice
      title={words.noPosts(text)}
      action={
        narrowed ? (
          <ButtonLink to={searchPath({ text: plain })}>{words.withoutFilters}</ButtonLink>
        ) : (
          <ButtonLink to={searchPath({ text, type: "users" })}>{words.searchPeople}</ButtonLink>
        )
      }
    >
      {hasFilters(text) ? words.noPostsFiltered : words.noPostsText}
    </Notice>
  );
}

interface FoundPeopleProps {
  text: string;
  query: UseInfiniteQueryResult<InfiniteData<Page<User>>>;
}

export function FoundPeople({ text, query }: FoundPeopleProps) {
  return (
    <PagedPeople
      label={words.peopleLabel(text)}
      query={query}
      empty={
        <Notice title={words.noPeople(text)} action={<PostsInstead text={text} />}>
          {words.noPeopleText}
        </Notice>
      }
    />
  );
}

function PostsInstead({ text }: { text: string }) {
  return <ButtonLink to={searchPath({ text })}>{words.searchPosts}</ButtonLink>;
}

interface FoundTagsProps {
  text: string;
  query: UseQueryResult<Page<HashtagCount>>;
}

export function FoundTags({ text, query }: FoundTagsProps) {
  if (query.isPending) return <PostSkeletons label={words.hashtags} />;
  if (query.isError) {
    return <ErrorNotice title={words.failed} error={query.error} busy={query.isFetching} onRetry={() => void query.refetch()} />;
  }
  if (query.data.items.length === 0) {
    return (
      <Notice title={words.noTags(text)} action={<PostsInstead text={text} />}>
        {words.noTagsText}
      </Notice>
    );
  }
  return (
    <ul role="list" aria-label={words.tagsLabel(text)} className="divide-y divide-line">
      {query.data.items.map(({ tag, posts_count }) => (
        <li key={tag}>
          <Link to={hashtagPath(tag)} className="flex min-h-14 items-center gap-3 px-4 py-2.5 hover:bg-hover/60 focus-visible:-outline-offset-2">
            <span className="grid size-11 shrink-0 place-items-center rounded-full bg-accent-soft text-accent">
              <HashIcon />
            </span>
            <span className="min-w-0">
              <bdi className="block truncate font-semibold">#{tag}</bdi>
              <span className="block text-sm text-muted">{words.tagPosts(exactNumber(posts_count), posts_count)}</span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
