import { setTimeout as delay } from "node:timers/promises";

/** Waits `ms` milliseconds or until the signal aborts, whichever comes first; never throws. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}

/** A worker loop that can be woken and stopped. */
export interface Loop {
  wake(): void;
  /** Lets the running round finish, then stops. */
  stop(): Promise<void>;
}

/**
 * Runs `round` again and again: at once while it returns true (more to do), otherwise after `idle_ms` or a wake.
 * A failing round is reported and retried after a pause that doubles up to `retry_ms_max`.
 */
export function startLoop(
  round: (signal: AbortSignal) => Promise<boolean>,
  options: { idle_ms: number; retry_ms_max?: number; onError: (error: unknown) => void },
): Loop {
  const stopping = new AbortController();
  let waker = new AbortController();
  let woken = false;
  let failures = 0;
  const wake = () => {
    woken = true;
    waker.abort();
  };
  const run = async () => {
    while (!stopping.signal.aborted) {
      woken = false;
      let pause_ms = options.idle_ms;
      try {
        const more = await round(stopping.signal);
        failures = 0;
        if (more) pause_ms = 0;
      } catch (error) {
        failures += 1;
        pause_ms = Math.min(options.retry_ms_max ?? 30_000, 250 * 2 ** Math.min(failures, 10));
        options.onError(error);
      }
      if (pause_ms === 0 || (woken && failures === 0)) continue;
      waker = new AbortController();
      await sleep(pause_ms, AbortSignal.any([stopping.signal, waker.signal]));
    }
  };
  const finished = run();
  return {
    wake,
    stop: async () => {
      stopping.abort();
      await finished;
    },
  };
}
