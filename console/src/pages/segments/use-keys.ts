import { useEffect } from "react";
import type { Builder } from "./use-builder.ts";

/** Ctrl/⌘ + Z takes a step back, with Shift (or Ctrl + Y) forward; a text field keeps its own undo. */
export function useKeys(builder: Builder): void {
  const { undo, redo } = builder;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
      const key = event.key.toLowerCase();
      const forward = key === "y" || (key === "z" && event.shiftKey);
      const act = forward ? redo : key === "z" ? undo : null;
      if (typing || act === null) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [undo, redo]);
}
