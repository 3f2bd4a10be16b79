import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { undescribed } from "./readiness";
import type { ShownImage } from "./use-draft-images";

const words = strings.media;

interface ReminderProps {
  images: readonly ShownImage[];
  onAnswer: (post: boolean) => void;
  onDescribe: (key: string) => void;
}

/** Asks once, and takes no for an answer. */
export function Reminder({ images, onAnswer, onDescribe }: ReminderProps) {
  const missing = undescribed(images);
  const describe = () => {
    onAnswer(false);
    if (missing[0]) onDescribe(missing[0].key);
  };
  return (
    <Dialog open title={words.reminderTitle} onClose={() => onAnswer(false)}>
      <div className="p-4">
        <p className="text-sm text-muted">{words.reminderText(missing.length)}</p>
        <div className="mt-5 flex flex-wrap justify-end gap-2">
          <Button variant="quiet" onClick={() => onAnswer(true)}>
            {words.reminderPost}
          </Button>
          <Button variant="primary" onClick={describe}>
            {words.reminderDescribe}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
