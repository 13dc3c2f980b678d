import { useEffect, useState } from "react";

const TYPING_PAUSE_MS = 200;

/** A value that follows after the changes pause. */
export function usePaused<T>(value: T, pauseMs = TYPING_PAUSE_MS): T {
  const [paused, setPaused] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(value), pauseMs);
    return () => clearTimeout(timer);
  }, [value, pauseMs]);
  return paused;
}
