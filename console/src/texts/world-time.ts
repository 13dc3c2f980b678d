import { useSyncExternalStore } from "react";

/** What time it is where the server's business lives: the server's clock, or that of an example world that runs ahead. */
export interface WorldTime {
  /** The world's time when the server last said it, and this browser's time then. */
  readonly said_ms: number;
  readonly heard_ms: number;
  /** World seconds for a real one; 0: it stands still. */
  readonly rate: number;
  /** The example world goes on; `kept`: it once ran ahead and is still ahead; `real`: nothing of the kind. */
  readonly state: "live" | "kept" | "real";
}

const REAL: WorldTime = { said_ms: 0, heard_ms: 0, rate: 1, state: "real" };
let world = REAL;
const listeners = new Set<() => void>();

/** Takes what an answer says of the world's time ("2026-11-22T02:00:00.000Z 60 live"); none means real time. */
export function hearWorldTime(header: string | null): void {
  const [said = "", rate = "", state = ""] = (header ?? "").split(" ");
  const said_ms = Date.parse(said);
  const next: WorldTime =
    Number.isNaN(said_ms) || (state !== "live" && state !== "kept")
      ? REAL
      : { said_ms, heard_ms: Date.now(), rate: Number(rate), state };
  const seen = next.state !== world.state || next.rate !== world.rate;
  world = next;
  if (seen) for (const notify of listeners) notify();
}

/** Now, in milliseconds, by the clock that all times of the business are told by. */
export function worldNow(): number {
  if (world.state === "real") return Date.now();
  return world.said_ms + (Date.now() - world.heard_ms) * world.rate;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Renewed when the state or the pace changes; the time itself is `worldNow`. */
export function useWorldPace(): Pick<WorldTime, "rate" | "state"> {
  return useSyncExternalStore(subscribe, () => world);
}
