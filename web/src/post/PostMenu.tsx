import type { Post } from "@/api/types";
import { useMe } from "@/session/context";
import { strings } from "@/strings";
import { BlockIcon, LinkIcon, MoreIcon, MuteIcon, TrashIcon } from "@/ui/icons";
import { Menu, type MenuItem } from "@/ui/Menu";
import { usePostActions } from "./post-actions";

/** What is needed less often. */
export function PostMenu({ post, className }: { post: Post; className?: string }) {
  const me = useMe();
  const actions = usePostActions();
  const { author } = post;
  const words = strings.post;
  const items: MenuItem[] = [
    { id: "link", label: words.copyLink, icon: <LinkIcon />, onSelect: () => actions.copyLink(post) },
  ];
  if (me?.id === author.id) {
    items.push({ id: "delete", label: words.delete, icon: <TrashIcon />, danger: true, onSelect: () => actions.remove(post) });
  } else if (me !== null) {
    items.push(
      { id: "mute", label: words.mute(author.username), icon: <MuteIcon />, onSelect: () => actions.mute(author) },
      { id: "block", label: words.block(author.username), icon: <BlockIcon />, danger: true, onSelect: () => actions.block(author) },
    );
  }
  return (
    <Menu label={words.more} icon={<MoreIcon />} items={items} {...(className !== undefined && { className })} />
  );
}
