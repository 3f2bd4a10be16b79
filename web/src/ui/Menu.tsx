import { useEffectEvent, useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from "react";
import { cx } from "./cx";
import { IconButton } from "./IconButton";

export interface MenuItem {
  id: string;
  label: string;
  icon?: ReactNode;
  danger?: boolean;
  onSelect: () => void;
}

interface MenuProps {
  label: string;
  icon: ReactNode;
  text?: ReactNode;
  items: readonly MenuItem[];
  className?: string;
}

const MARGIN = 8;

/** A button that opens a menu in the top layer, so that no list can clip it. */
export function Menu({ label, icon, text, items, className }: MenuProps) {
  const [open, setOpen] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  const id = useId();

  return (
    <>
      <IconButton
        ref={trigger}
        label={label}
        icon={icon}
        text={text}
        className={className}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      />
      {open && (
        <MenuList
          id={id}
          label={label}
          items={items}
          trigger={trigger}
          onClose={(returnFocus) => {
            setOpen(false);
            if (returnFocus) trigger.current?.focus({ preventScroll: true });
          }}
        />
      )}
    </>
  );
}

interface MenuListProps {
  id: string;
  label: string;
  items: readonly MenuItem[];
  trigger: RefObject<HTMLButtonElement | null>;
  onClose: (returnFocus: boolean) => void;
}

function MenuList({ id, label, items, trigger, onClose }: MenuListProps) {
  const ref = useRef<HTMLDivElement>(null);
  const dismiss = useEffectEvent(() => onClose(false));

  useLayoutEffect(() => {
    const list = ref.current;
    const button = trigger.current;
    if (list === null || button === null) return;
    list.showPopover();
    place(list, button.getBoundingClientRect());
    list.querySelector<HTMLElement>("[role=menuitem]")?.focus({ preventScroll: true });

    const onPointerDown = (event: PointerEvent) => {
      const target = event.target as Node;
      if (!list.contains(target) && !button.contains(target)) dismiss();
    };
    const onScroll = () => dismiss();
    document.addEventListener("pointerdown", onPointerDown, true);
    window.addEventListener("scroll", onScroll, { passive: true });
    window.addEventListener("resize", onScroll);
    return () => {
      document.removeEventListener("pointerdown", onPointerDown, true);
      window.removeEventListener("scroll", onScroll);
      window.removeEventListener("resize", onScroll);
    };
  }, [trigger]);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const entries = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=menuitem]")];
    const at = entries.indexOf(document.activeElement as HTMLElement);
    const moves: Record<string, number> = {
      ArrowDown: (at + 1) % entries.length,
      ArrowUp: (at - 1 + entries.length) % entries.length,
      Home: 0,
      End: entries.length - 1,
    };
    // Shortcuts of the page must not act while a menu is open.
    event.stopPropagation();
    if (event.key in moves) {
      event.preventDefault();
      entries[moves[event.key] ?? 0]?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      onClose(true);
    }
  };

  return (
    <div
      ref={ref}
      id={id}
      popover="manual"
      role="menu"
      tabIndex={-1}
      aria-label={label}
      onKeyDown={onKeyDown}
      className="fixed m-0 min-w-52 animate-pop overflow-hidden rounded-card bg-float py-2 text-ink shadow-float"
    >
      {items.map((item) => (
        <button
          key={item.id}
          type="button"
          role="menuitem"
          tabIndex={-1}
          onClick={() => {
            onClose(true);
            item.onSelect();
          }}
          className={cx(
            "flex min-h-11 w-full items-center gap-3 px-4 text-start text-sm font-medium hover:bg-hover focus-visible:bg-hover focus-visible:outline-none",
            item.danger && "text-danger",
          )}
        >
          {item.icon}
          {item.label}
        </button>
      ))}
    </div>
  );
}

/** Below the button and flush with its end, or wherever there is room. */
function place(list: HTMLElement, anchor: DOMRect): void {
  // The bounding box would still be shrunk by the opening animation.
  const { offsetWidth: width, offsetHeight: height } = list;
  const fitsBelow = anchor.bottom + height + MARGIN <= window.innerHeight;
  const top = fitsBelow ? anchor.bottom : Math.max(MARGIN, anchor.top - height);
  const left = Math.min(Math.max(MARGIN, anchor.right - width), window.innerWidth - width - MARGIN);
  list.style.inset = "auto";
  list.style.top = `${top}px`;
  list.style.left = `${left}px`;
}
