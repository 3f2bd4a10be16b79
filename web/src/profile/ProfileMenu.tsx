import { useState } from "react";
import type { User } from "@/api/types";
import { useMe } from "@/session/context";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { BlockIcon, LinkIcon, MoreIcon, MuteIcon, SpeakerIcon } from "@/ui/icons";
import { Menu, type MenuItem } from "@/ui/Menu";
import { useToast } from "@/ui/toast-context";
import { useRelation } from "./use-relation";

const words = strings.profile;

export function ProfileMenu({ user }: { user: User }) {
  const me = useMe();
  const toast = useToast();
  const relation = useRelation(user);
  const [askingToBlock, setAskingToBlock] = useState(false);
  const { username, viewer } = user;

  const copyLink = () =>
    navigator.clipboard.writeText(new URL(`/@${username}`, window.location.href).href).then(
      () => toast({ message: words.linkCopied }),
      () => toast({ message: words.linkNotCopied, tone: "error" }),
    );

  const items: MenuItem[] = [{ id: "link", label: words.copyLink, icon: <LinkIcon />, onSelect: () => void copyLink() }];
  if (viewer !== null && me !== null && me.id !== user.id) {
    items.push(
      viewer.muting
        ? { id: "unmute", label: words.unmute(username), icon: <SpeakerIcon />, onSelect: () => relation.mutate("unmute") }
        : { id: "mute", label: words.mute(username), icon: <MuteIcon />, onSelect: () => relation.mutate("mute") },
      viewer.blocking
        ? { id: "unblock", label: words.unblock(username), icon: <BlockIcon />, onSelect: () => relation.mutate("unblock") }
        : {
            id: "block",
            label: words.block(username),
            icon: <BlockIcon />,
            danger: true,
            onSelect: () => setAskingToBlock(true),
          },
    );
  }

  return (
    <>
      <Menu label={words.more} icon={<MoreIcon />} items={items} />
      <Dialog open={askingToBlock} onClose={() => setAskingToBlock(false)} title={words.blockTitle(username)}>
        <div className="p-4">
          <p className="text-sm text-muted">{words.blockText}</p>
          <div className="mt-5 flex justify-end gap-2">
            <Button variant="quiet" onClick={() => setAskingToBlock(false)}>
              {strings.ui.cancel}
            </Button>
            <Button
              variant="danger"
              onClick={() => {
                setAskingToBlock(false);
                relation.mutate("block");
              }}
            >
              {words.blockConfirm}
            </Button>
          </div>
        </div>
      </Dialog>
    </>
  );
}
