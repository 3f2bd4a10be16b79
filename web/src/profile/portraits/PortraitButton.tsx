import { useRef, useState } from "react";
import type { Me } from "@/api/types";
import { useLater } from "@/app/use-later";
import { CameraIcon } from "@/media/icons";
import { ACCEPTED, imagesAmong } from "@/media/files";
import type { CropShape } from "@/media/CropDialog";
import { useObjectUrl } from "@/media/use-object-url";
import { strings } from "@/strings";
import { cx } from "@/ui/cx";
import { IconButton } from "@/ui/IconButton";
import { TrashIcon } from "@/ui/icons";
import { Menu } from "@/ui/Menu";
import { problemText } from "@/ui/problem-text";
import { useToast } from "@/ui/toast-context";
import { RATIO, usePortrait, type Portrait } from "./use-portrait";

const words = strings.media;
const LOOK = "bg-shade text-on-shade hover:bg-gallery";

const loadDialog = () => import("@/media/CropDialog");

/** Changes one of one's own two pictures: choose, crop, upload; or take it away. */
export function PortraitButton({ user, portrait, className }: { user: Me; portrait: Portrait; className?: string }) {
  const chooser = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const toast = useToast();
  const { removing } = usePortrait(portrait);
  const label = portrait === "avatar" ? words.changeAvatar : words.changeBanner;
  const has = (portrait === "avatar" ? user.avatar_url : user.banner_url) !== null;
  const choose = () => chooser.current?.click();
  const look = cx(LOOK, className);
  const take = ([chosen]: File[]) => {
    if (chosen) setFile(chosen);
    else toast({ message: words.notImages, tone: "error" });
  };

  return (
    <>
      <input
        ref={chooser}
        type="file"
        accept={ACCEPTED}
        hidden
        aria-label={label}
        onChange={({ target }) => {
          if (target.files?.length) take(imagesAmong(target.files));
          target.value = "";
        }}
      />
      {has ? (
        <Menu
          label={label}
          icon={<CameraIcon />}
          className={look}
          items={[
            { id: "choose", label: words.choose, icon: <CameraIcon />, onSelect: choose },
            {
              id: "remove",
              label: words.removePicture,
              icon: <TrashIcon />,
              danger: true,
              onSelect: () => removing.mutate(undefined, { onError: (error) => toast({ message: problemText(error), tone: "error" }) }),
            },
          ]}
        />
      ) : (
        <IconButton label={label} icon={<CameraIcon />} onClick={choose} className={look} />
      )}
      {file && <CropPortrait file={file} portrait={portrait} onClose={() => setFile(null)} />}
    </>
  );
}

const SHAPES: Record<Portrait, readonly [CropShape]> = {
  avatar: [{ name: words.avatar, ratio: RATIO.avatar }],
  banner: [{ name: words.banner, ratio: RATIO.banner }],
};

function CropPortrait({ file, portrait, onClose }: { file: File; portrait: Portrait; onClose: () => void }) {
  const toast = useToast();
  const part = useLater(loadDialog, { wanted: true, onFailure: () => toast({ message: strings.problem.network, tone: "error" }) });
  const source = useObjectUrl(file);
  const { choosing, progress, cancel } = usePortrait(portrait);
  const close = () => {
    cancel();
    onClose();
  };
  return (
    part && (
      <part.CropDialog
        title={portrait === "avatar" ? words.avatar : words.banner}
        source={source}
        shapes={SHAPES[portrait]}
        round={portrait === "avatar"}
        busy={choosing.isPending}
        status={choosing.isPending ? words.sendingPortrait(progress) : null}
        error={choosing.isError ? problemText(choosing.error) : null}
        onUse={(_, share) => choosing.mutate({ file, share }, { onSuccess: onClose })}
        onClose={close}
      />
    )
  );
}
