import { useEffect, useState, type ComponentType, type ReactNode } from "react";
import { strings } from "@/strings";
import { Button } from "./Button";

interface LazyPartProps<Props> {
  /** Fetches the code; the same function at every rendering. */
  load: () => Promise<ComponentType<Props>>;
  props: Props;
  /** Stands there until the code has come. */
  waiting?: ReactNode;
}

/** A part of a page whose code comes when it is needed; should that fail, the rest of the page stays as it is. */
export function LazyPart<Props extends object>({ load, props, waiting = null }: LazyPartProps<Props>) {
  const [Part, setPart] = useState<ComponentType<Props> | null>(null);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    if (failed || Part !== null) return;
    let left = false;
    load().then(
      (loaded) => !left && setPart(() => loaded),
      () => !left && setFailed(true),
    );
    return () => {
      left = true;
    };
  }, [load, failed, Part]);

  if (Part !== null) return <Part {...props} />;
  if (!failed) return waiting;
  return (
    <div role="alert" className="flex flex-wrap items-center gap-3 py-2 text-sm text-muted">
      {strings.problem.network}
      <Button size="sm" onClick={() => setFailed(false)}>
        {strings.ui.retry}
      </Button>
    </div>
  );
}
