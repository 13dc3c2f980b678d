import { type ReactNode, useEffect, useLayoutEffect, useRef } from "react";
import "./popover.css";

interface PopoverProps {
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/**
 * A small editor beside the chip that opened it (its previous sibling); a sheet at the bottom on a phone. It takes the
 * focus, gives it back on Esc, and closes when the focus or a click goes elsewhere.
 */
export function Popover({ label, onClose, children }: PopoverProps) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const { left, right } = element.getBoundingClientRect();
    const room = document.documentElement.clientWidth - 8;
    if (right > room) element.style.marginInlineStart = `${Math.max(room - right, 8 - left)}px`;
    element.querySelector<HTMLElement>("[data-first], input, button, select")?.focus();
    element.scrollIntoView({ block: "nearest" });
  }, []);
  useEffect(() => {
    const outside = (event: PointerEvent) => {
      const target = event.target as Node;
      if (!box.current?.parentElement?.contains(target)) onClose();
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [onClose]);
  const close = () => {
    const opener = box.current?.parentElement?.querySelector<HTMLElement>("[aria-haspopup]");
    onClose();
    opener?.focus();
  };
  return (
    <div
      ref={box}
      className="sg-popover"
      role="dialog"
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
      onBlur={(event) => {
        const next = event.relatedTarget as Node | null;
        if (next !== null && !event.currentTarget.parentElement?.contains(next)) onClose();
      }}
    >
      {children}
    </div>
  );
}
