import { type RefObject, useEffect, useState } from "react";

export interface RowWindow {
  readonly first: number;
  readonly last: number;
  readonly before: number;
  readonly after: number;
}

/**
 * Which rows of equal height a view of `viewHeight` px scrolled to `scrollTop` needs, with some beyond each edge.
 * `before` and `after` are the heights in px that stand for the rows left out.
 */
export function windowOfRows(count: number, rowHeight: number, scrollTop: number, viewHeight: number): RowWindow {
  const beyond = 8;
  const first = Math.max(0, Math.min(count, Math.floor(scrollTop / rowHeight) - beyond));
  const last = Math.max(first, Math.min(count, Math.ceil((scrollTop + viewHeight) / rowHeight) + beyond));
  return { first, last, before: first * rowHeight, after: (count - last) * rowHeight };
}

/** The window of rows of a list that scrolls with the page: follows scrolling and resizing, one step per frame. */
export function useRowWindow(list: RefObject<HTMLElement | null>, count: number, rowHeight: number): RowWindow {
  const [view, setView] = useState({ top: 0, height: 900 });
  useEffect(() => {
    let frame = 0;
    const measure = () => {
      frame = 0;
      const box = list.current?.getBoundingClientRect();
      if (box === undefined) return;
      const height = window.innerHeight;
      const top = Math.max(0, -box.top);
      setView((old) => (old.top === top && old.height === height ? old : { top, height }));
    };
    const later = () => {
      if (frame === 0) frame = requestAnimationFrame(measure);
    };
    measure();
    window.addEventListener("scroll", later, { passive: true, capture: true });
    window.addEventListener("resize", later);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener("scroll", later, { capture: true });
      window.removeEventListener("resize", later);
    };
  }, [list]);
  return windowOfRows(count, rowHeight, view.top, view.height);
}
