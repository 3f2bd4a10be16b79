import type { ComponentType } from "react";
import type { Post } from "@/api/types";
import { strings } from "@/strings";
import { compactNumber } from "@/ui/format";
import { cx } from "@/ui/cx";
import { IconButton } from "@/ui/IconButton";
import { HeartIcon, QuoteIcon, ReplyIcon, RetweetIcon, type IconProps } from "@/ui/icons";
import { Menu } from "@/ui/Menu";
import { usePostActions } from "./post-actions";

const TARGET = "w-auto! min-w-11 px-2.5";

/** Reply, retweet or quote, like: quiet until used, each a full target. */
export function ActionBar({ post, className }: { post: Post; className?: string }) {
  const actions = usePostActions();
  const liked = post.viewer?.liked ?? false;
  const retweeted = post.viewer?.retweeted ?? false;
  const words = strings.post;

  return (
    <div className={cx("-ms-2.5 flex max-w-96 justify-between text-muted", className)}>
      <IconButton
        data-action="reply"
        label={words.reply(post.replies_count)}
        icon={<Counted Icon={ReplyIcon} count={post.replies_count} />}
        className={cx(TARGET, "hover:text-accent")}
        onClick={() => actions.reply(post)}
      />
      <span data-action="retweet" className={cx(retweeted && "text-retweet")}>
        <Menu
          label={words.retweet(post.retweets_count, retweeted)}
          icon={<Counted Icon={RetweetIcon} count={post.retweets_count} filled={retweeted} />}
          className={cx(TARGET, "hover:text-retweet")}
          items={[
            {
              id: "retweet",
              label: retweeted ? words.unretweetItem : words.retweetItem,
              icon: <RetweetIcon />,
              onSelect: () => actions.setRetweeted(post, !retweeted),
            },
            { id: "quote", label: words.quoteItem, icon: <QuoteIcon />, onSelect: () => actions.quote(post) },
          ]}
        />
      </span>
      <IconButton
        data-action="like"
        label={words.like(post.likes_count)}
        aria-pressed={liked}
        icon={<Counted Icon={HeartIcon} count={post.likes_count} filled={liked} />}
        className={cx(TARGET, "hover:text-like", liked && "text-like")}
        onClick={() => actions.setLiked(post, !liked)}
      />
    </div>
  );
}

function Counted({ Icon, count, filled = false }: { Icon: ComponentType<IconProps>; count: number; filled?: boolean }) {
  return (
    <span className="flex items-center gap-1.5" aria-hidden="true">
      <Icon filled={filled} width="1.25rem" height="1.25rem" />
      <span className="min-w-4 text-start text-xs tabular-nums">{count > 0 && compactNumber(count)}</span>
    </span>
  );
}
