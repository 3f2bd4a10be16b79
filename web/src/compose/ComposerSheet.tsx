import { useQuery } from "@tanstack/react-query";
import { useApi } from "@/api/context";
import { keys } from "@/api/keys";
import type { Post } from "@/api/types";
import { QuoteCard } from "@/post/QuoteCard";
import { strings } from "@/strings";
import { Dialog } from "@/ui/Dialog";
import { useToast } from "@/ui/toast-context";
import { useCompose, type OpenComposer } from "./compose-context";
import { Composer } from "./Composer";

/** The composer that can be called from anywhere; on phones it rises from the bottom. */
export function ComposerSheet() {
  const { opened } = useCompose();
  return opened && <OpenSheet opened={opened} />;
}

function OpenSheet({ opened: { target, post } }: { opened: OpenComposer }) {
  const { close, desk } = useCompose();
  const toast = useToast();
  const context = useTargetPost(target.kind === "new" ? null : target.id, post);
  const leave = () => {
    if (desk?.drafts.has(target)) toast({ message: strings.compose.draftKept });
    close();
  };
  return (
    <Dialog open shape="sheet" title={strings.compose[target.kind].title} onClose={leave}>
      {target.kind === "reply" && context && (
        <div className="px-4 pt-4">
          <QuoteCard post={context} />
        </div>
      )}
      <Composer target={target} placement="sheet" autoFocus onSent={close}>
        {target.kind === "quote" && context && <QuoteCard post={context} />}
      </Composer>
    </Dialog>
  );
}

function useTargetPost(id: string | null, known: Post | null): Post | null {
  const api = useApi();
  const { data } = useQuery({
    queryKey: keys.post(id ?? ""),
    queryFn: ({ signal }) => api.get<Post>(`/posts/${id}`, { signal }),
    enabled: id !== null && known === null,
  });
  return known ?? data ?? null;
}
