import { strings } from "@/strings";
import { Dialog } from "@/ui/Dialog";
import { SHORTCUTS } from "./shortcuts";

export function ShortcutHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title={strings.keyboard.title}>
      <dl className="grid grid-cols-[1fr_auto] items-center gap-x-6 px-4 py-3">
        {SHORTCUTS.map(({ keys, command }) => (
          <div key={command} className="col-span-2 grid grid-cols-subgrid border-b border-line py-2 last:border-0">
            <dt>{strings.keyboard.commands[command]}</dt>
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
