import { useCompose } from "./compose-context";

/** The composer that can be called from anywhere. */
export function ComposeSheet() {
  const { writing, desk } = useCompose();
  return writing && desk && <writing.ComposerSheet />;
}
