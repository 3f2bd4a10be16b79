import { useCompose } from "./compose-context";
import type { PendingPost } from "./sending";

interface PendingProps {
  only?: (pending: PendingPost) => boolean;
}

/** What is written but not there yet. */
export function Pending(props: PendingProps) {
  const { writing, desk } = useCompose();
  return writing && desk && <writing.PendingPosts {...props} />;
}
