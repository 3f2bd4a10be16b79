import { strings } from "@/strings";
import { Dialog } from "@/ui/Dialog";
import { SHORTCUTS } from "./shortcuts";

export function ShortcutHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  const words = strings.keyboard;
  const rows = [
    ...SHORTCUTS.map(({ keys, command }) => ({ words: words.commands[command], keys })),
    { words: words.open, keys: [words.enter] },
    { words: words.send, keys: [words.control, words.enter] },
  ];
  return (
    <Dialog open={open} onClose={onClose} title={words.title}>
      <dl className="grid grid-cols-[1fr_auto] items-center gap-x-6 px-4 py-3">
        {rows.map(({ words, keys }) => (
          <div key={words} className="col-span-2 grid grid-cols-subgrid items-center border-b border-line py-2 last:border-0">
            <dt>{words}</dt>
            <dd className="flex items-center justify-end gap-1.5">
              {keys.map((key) => (
                <kbd
                  key={key}
                  className="grid min-w-8 place-items-center rounded-control border border-line-strong px-2 py-0.5 font-sans text-sm font-semibold"
                >
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
