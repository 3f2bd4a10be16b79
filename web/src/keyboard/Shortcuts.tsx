import { useEffect, useEffectEvent, useState } from "react";
import { useNavigate } from "react-router";
import { useLater } from "@/app/use-later";
import { useCompose } from "@/compose/compose-context";
import { currentCard, stepCard } from "@/post/cards";
import { profilePath } from "@/post/paths";
import { useMe } from "@/session/context";
import { isTyping, makeKeyReader, type Command } from "./shortcuts";

const loadHelp = () => import("./ShortcutHelp");

/** Listens to keys while nobody types and nothing modal is open. */
export function Shortcuts() {
  const [helpOpen, setHelpOpen] = useState(false);
  const navigate = useNavigate();
  const me = useMe();
  const { open } = useCompose();
  const help = useLater(loadHelp, { wanted: helpOpen });

  const act = useEffectEvent((command: Command) => {
    switch (command) {
      case "next":
        stepCard(1);
        break;
      case "previous":
        stepCard(-1);
        break;
      case "like":
      case "reply":
      case "retweet":
        press(command);
        break;
      case "new":
        if (me) open({ kind: "new" });
        else void navigate("/login");
        break;
      case "search":
        if (!focusSearch()) void navigate("/search");
        break;
      case "home":
        void navigate("/");
        break;
      case "discover":
        void navigate("/discover");
        break;
      case "notifications":
        void navigate("/notifications");
        break;
      case "profile":
        void navigate(me ? profilePath(me) : "/login");
        break;
      case "help":
        setHelpOpen(true);
        break;
    }
  });

  useEffect(() => {
    const read = makeKeyReader();
    const onKeyDown = (event: KeyboardEvent) => {
      if (isTyping(event.target) || document.querySelector("dialog[open], [role=menu]")) return;
      const command = read(event);
      if (!command) return;
      event.preventDefault();
      act(command);
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);

  return help && <help.ShortcutHelp open={helpOpen} onClose={() => setHelpOpen(false)} />;
}

/** The field of the page itself, where it has one. */
function focusSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>("#main [role=search] input");
  field?.select();
  field?.focus();
  return field !== null;
}

/** Does what a click on the card's own button does. */
function press(action: "like" | "reply" | "retweet"): void {
  const card = currentCard();
  const control = card?.querySelector<HTMLElement>(`[data-action="${action}"]`);
  const button = control?.matches("button") ? control : control?.querySelector("button");
  if (!card || !button) return;
  if (!card.contains(document.activeElement)) card.focus({ preventScroll: true });
  button.click();
}
