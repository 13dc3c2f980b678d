import { EARLIEST_INSTANT, FUTURE_MS_MAX } from "./limits.ts";

export interface SkewInput {
  /** What the event says, in ms; NaN when it says nothing readable. */
  readonly original_ms: number;
  /** When the device says that it sent the request, in ms by the same clock; undefined when it does not say. */
  readonly sent_ms: number | undefined;
  readonly received_ms: number;
}

export interface SkewResult {
  readonly occurred_ms: number;
  /** Set when the device's clock was so wrong that the time of receipt stands in. */
  readonly flag?: "clock_missing" | "clock_past" | "clock_ahead";
}

/** Below this a difference between sent and received is network time, not a wrong clock. */
const NETWORK_MS = 10_000;
/** An event may wait on a device this long before it is sent. */
const WAIT_MS_MAX = 400 * 86_400_000;

/**
 * The true time of an event from a clock that may be wrong: received − (sent − original), Segment's rule, which Sensors'
 * `_flush_time` allows as well. Differences below ten seconds are left alone, so that equal messages sent again keep
 * their time. A result in the future or absurdly old becomes the time of receipt and is flagged; the original time is
 * kept by the caller.
 */
export function correctSkew({ original_ms, sent_ms, received_ms }: SkewInput): SkewResult {
  if (!Number.isFinite(original_ms)) return { occurred_ms: received_ms, flag: "clock_missing" };
  const corrected =
    sent_ms !== undefined && Number.isFinite(sent_ms) && Math.abs(received_ms - sent_ms) > NETWORK_MS
      ? received_ms - (sent_ms - original_ms)
      : original_ms;
  if (corrected > received_ms + FUTURE_MS_MAX) return { occurred_ms: received_ms, flag: "clock_ahead" };
  const absurd = sent_ms === undefined ? corrected < EARLIEST_INSTANT : corrected < received_ms - WAIT_MS_MAX;
  if (absurd) return { occurred_ms: received_ms, flag: "clock_past" };
  return { occurred_ms: corrected };
}
