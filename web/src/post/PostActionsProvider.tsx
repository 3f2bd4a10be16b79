import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState, type ReactNode } from "react";
import { useLocation, useNavigate } from "react-router";
import { newIdempotencyKey } from "@/api/client";
import { useApi } from "@/api/context";
import { keys } from "@/api/keys";
import type { Post, UserSummary } from "@/api/types";
import { useCompose } from "@/compose/compose-context";
import { useLiveLink } from "@/live/link";
import { GalleryProvider } from "@/media/GalleryProvider";
import { useMe } from "@/session/context";
import { loginPath } from "@/session/paths";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { problemText } from "@/ui/problem-text";
import { useToast } from "@/ui/toast-context";
import { removePost, removePostsBy, updatePost } from "./cache";
import { withLike, withRetweet } from "./changes";
import { postPath } from "./paths";
import { PostActionsContext, type PostActions } from "./post-actions";
import { Toggles } from "./toggle";

/** Gives every card below it the same few verbs, so that cards themselves talk to no server. */
export function PostActionsProvider({ children }: { children: ReactNode }) {
  const [asked, setAsked] = useState<{ question: Question; onYes: () => void } | null>(null);
  const actions = useActions((question, onYes) => setAsked({ question, onYes }));
  return (
    <PostActionsContext value={actions}>
      <GalleryProvider>{children}</GalleryProvider>
      {asked && (
        <Dialog open title={asked.question.title} onClose={() => setAsked(null)}>
          <div className="p-4">
            <p className="pb-4 text-sm text-muted">{asked.question.text}</p>
            <div className="flex justify-end gap-2">
              <Button variant="quiet" onClick={() => setAsked(null)}>
                {strings.ui.cancel}
              </Button>
              <Button
                variant="danger"
                onClick={() => {
                  setAsked(null);
                  asked.onYes();
                }}
              >
                {asked.question.yes}
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </PostActionsContext>
  );
}

interface Question {
  title: string;
  text: string;
  yes: string;
}

function useActions(ask: (question: Question, onYes: () => void) => void): PostActions {
  const api = useApi();
  const me = useMe();
  const queries = useQueryClient();
  const toast = useToast();
  const navigate = useNavigate();
  const { pathname, key } = useLocation();
  const { open } = useCompose();
  const [toggles] = useState(() => new Toggles());
  const link = useLiveLink();

  return useMemo(() => {
    const words = strings.post;
    const failed = (message: string, error: unknown, again?: () => void) =>
      toast({
        message: `${message} ${problemText(error)}`,
        tone: "error",
        ...(again && { action: { label: strings.ui.retry, onAct: again } }),
      });
    const memberOnly =
      <Args extends unknown[]>(act: (...args: Args) => void) =>
      (...args: Args) => {
        if (me !== null) act(...args);
        else
          toast({
            message: words.membersOnly,
            action: { label: strings.nav.login, onAct: () => void navigate(loginPath(pathname)) },
          });
      };

    const setLiked = (post: Post, on: boolean): void =>
      void toggles.set(`like:${post.id}`, on, {
        show: (shown) => {
          link.touch(post.id);
          updatePost(queries, post.id, (current) => withLike(current, shown));
        },
        send: (wanted) => api.post(`/posts/${post.id}/${wanted ? "like" : "unlike"}`),
        onFailure: (error, wanted) => failed(words.likeFailed(wanted), error, () => setLiked(post, wanted)),
      });

    const setRetweeted = (post: Post, on: boolean): void =>
      void toggles.set(`retweet:${post.id}`, on, {
        show: (shown) => {
          link.touch(post.id);
          updatePost(queries, post.id, (current) => withRetweet(current, shown));
        },
        send: (wanted) =>
          api.post(`/posts/${post.id}/${wanted ? "retweet" : "unretweet"}`, undefined, { idempotencyKey: newIdempotencyKey() }),
        onFailure: (error, wanted) => failed(words.retweetFailed(wanted), error, () => setRetweeted(post, wanted)),
      });

    const removeNow = async (post: Post) => {
      try {
        await api.delete(`/posts/${post.id}`);
        removePost(queries, post.id);
        void queries.invalidateQueries({ queryKey: keys.user(post.author.username), refetchType: "none" });
        toast({ message: words.deleted });
        if (pathname === postPath(post)) void (key === "default" ? navigate("/") : navigate(-1));
      } catch (error) {
        failed(words.deleteFailed, error);
      }
    };

    const hideAuthor = async (author: UserSummary, verb: "mute" | "block") => {
      const undo = async () => {
        try {
          await api.post(`/users/${author.username}/un${verb}`);
          void queries.invalidateQueries();
        } catch (error) {
          failed(words.undoFailed, error);
        }
      };
      try {
        await api.post(`/users/${author.username}/${verb}`);
        const own = keys.user(author.username);
        removePostsBy(queries, author.id, (key) => key[0] === own[0] && key[1] === own[1]);
        void queries.invalidateQueries({ queryKey: own });
        if (verb === "block") void queries.invalidateQueries({ queryKey: keys.posts() });
        toast({ message: words.done[verb](author.username), action: { label: words.undo, onAct: () => void undo() } });
      } catch (error) {
        failed(words.notDone[verb](author.username), error);
      }
    };

    return {
      reply: memberOnly((post: Post) => open({ kind: "reply", id: post.id }, post)),
      quote: memberOnly((post: Post) => open({ kind: "quote", id: post.id }, post)),
      setLiked: memberOnly(setLiked),
      setRetweeted: memberOnly(setRetweeted),
      copyLink: (post: Post) => {
        navigator.clipboard.writeText(new URL(postPath(post), window.location.href).href).then(
          () => toast({ message: words.linkCopied }),
          () => toast({ message: words.linkNotCopied, tone: "error" }),
        );
      },
      remove: (post: Post) => ask(words.deleteQuestion, () => void removeNow(post)),
      mute: (author: UserSummary) => void hideAuthor(author, "mute"),
      block: (author: UserSummary) => ask(words.blockQuestion(author.username), () => void hideAuthor(author, "block")),
    };
  }, [api, ask, key, link, me, navigate, open, pathname, queries, toast, toggles]);
}
