import { useParams } from "react-router";
import { NotFoundPage } from "@/app/NotFoundPage";
import { PageHeader } from "@/app/PageHeader";
import { ApiProblem } from "@/api/problem";
import { PostSkeletons } from "@/post/PagedPosts";
import { strings } from "@/strings";
import { ButtonLink } from "@/ui/Button";
import { ErrorNotice, Notice } from "@/ui/Notice";
import { Conversation } from "./Conversation";
import { useThread } from "./use-thread";

const TITLE_LENGTH = 60;

export function ThreadPage() {
  const { handle = "", postId = "" } = useParams();
  if (!handle.startsWith("@") || !/^\d+$/.test(postId)) return <NotFoundPage />;
  return <Thread key={postId} id={postId} />;
}

function Thread({ id }: { id: string }) {
  const query = useThread(id);
  const post = query.data?.pages[0]?.post;
  const words = strings.thread;
  return (
    <>
      <PageHeader
        title={words.title}
        back
        {...(post && { documentTitle: words.documentTitle(post.author.display_name || post.author.username, shorten(post.text)) })}
      />
      {query.data && !(query.isError && query.isPlaceholderData) ? (
        <Conversation id={id} query={query} pages={query.data.pages} />
      ) : query.isError ? (
        <Failure error={query.error} busy={query.isFetching} onRetry={() => void query.refetch()} />
      ) : (
        <PostSkeletons label={words.label} />
      )}
    </>
  );
}

function Failure({ error, busy, onRetry }: { error: unknown; busy: boolean; onRetry: () => void }) {
  const words = strings.thread;
  const hidden = error instanceof ApiProblem && (error.status === 404 || error.status === 403);
  if (!hidden) return <ErrorNotice title={words.failed} error={error} busy={busy} onRetry={onRetry} />;
  return (
    <Notice
      title={words.notFoundTitle}
      action={
        <ButtonLink to="/" variant="primary">
          {strings.app.toHome}
        </ButtonLink>
      }
    >
      {words.notFoundText}
    </Notice>
  );
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > TITLE_LENGTH ? `${line.slice(0, TITLE_LENGTH)}…` : line;
}
