import type { Post } from "@/api/types";
import { strings } from "@/strings";
import { compactNumber, exactNumber } from "@/ui/format";
import { cx } from "@/ui/cx";
import { IconButton } from "@/ui/IconButton";
import { HeartIcon, QuoteIcon, ReplyIcon, RetweetIcon } from "@/ui/icons";
import { Menu } from "@/ui/Menu";
import { usePostActions } from "./post-actions";

interface ActionBarProps {
  post: Post;
  /** Where the numbers stand elsewhere, the icons do without. */
  counted?: boolean;
  className?: string;
}

/** Reply, retweet or quote, like: quiet until used, each a full target. */
export function ActionBar({ post, counted = true, className }: ActionBarProps) {
  const actions = usePostActions();
  const liked = post.viewer?.liked ?? false;
  const retweeted = post.viewer?.retweeted ?? false;
  const words = strings.post;
  const short = (count: number) => (counted ? <ShortCount count={count} /> : "");

  return (
    <div className={cx("-ms-2.5 flex max-w-96 justify-between text-muted", className)}>
      <IconButton
        data-action="reply"
        label={words.reply(exactNumber(post.replies_count), post.replies_count)}
        icon={<ReplyIcon {...SIZE} />}
        text={short(post.replies_count)}
        className="hover:text-accent"
        onClick={() => actions.reply(post)}
      />
      <span data-action="retweet" className={cx(retweeted && "text-retweet")}>
        <Menu
          label={words.retweet(exactNumber(post.retweets_count), post.retweets_count, retweeted)}
          icon={<RetweetIcon {...SIZE} filled={retweeted} />}
          text={short(post.retweets_count)}
          className="hover:text-retweet"
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
        label={words.like(exactNumber(post.likes_count), post.likes_count)}
        aria-pressed={liked}
        icon={<HeartIcon {...SIZE} filled={liked} />}
        text={short(post.likes_count)}
        className={cx("hover:text-like", liked && "text-like")}
        onClick={() => actions.setLiked(post, !liked)}
      />
    </div>
  );
}

const SIZE = { width: "1.25rem", height: "1.25rem" };

function ShortCount({ count }: { count: number }) {
  return <span className="block min-w-4 text-start text-xs tabular-nums">{count > 0 && compactNumber(count)}</span>;
}
