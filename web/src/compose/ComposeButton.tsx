import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { PenIcon } from "@/ui/icons";
import { useCompose } from "./compose-context";

/** Opens the composer: under the thumb on phones, below the navigation on wide screens. */
export function ComposeButton({ placement }: { placement: "bar" | "rail" }) {
  const { open } = useCompose();
  const onClick = () => open({ kind: "new" });
  if (placement === "bar") {
    return (
      <button
        type="button"
        aria-label={strings.compose.newPost}
        onClick={onClick}
        className="grid h-11 w-14 place-items-center rounded-full bg-accent text-on-accent"
      >
        <PenIcon />
      </button>
    );
  }
  return (
    <Button
      variant="primary"
      onClick={onClick}
      title={strings.compose.newPost}
      className="size-12 px-0! lg:w-full"
    >
      <PenIcon />
      <span className="sr-only lg:not-sr-only">{strings.compose.newPost}</span>
    </Button>
  );
}
