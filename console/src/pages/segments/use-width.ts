import { type RefObject, useLayoutEffect, useRef, useState } from "react";

/** The width of an element in pixels, followed while it changes: a picture is drawn for the room it has. */
export function useWidth<T extends HTMLElement>(start = 640): readonly [RefObject<T | null>, number] {
  const element = useRef<T>(null);
  const [width, setWidth] = useState(start);
  useLayoutEffect(() => {
    if (element.current === null) return;
    const watch = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.round(entry.contentRect.width));
    });
    watch.observe(element.current);
    return () => watch.disconnect();
  }, []);
  return [element, width];
}
