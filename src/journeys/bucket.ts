import { createHash } from "node:crypto";
import type { JourneyDefinition } from "./definition.ts";

const BUCKETS = 10_000;

/**
 * Where a member falls by chance, 0 to 9,999: the same for the same salt whenever it is asked, and as good as
 * independent between salts. First 32 bits of SHA-256; 2³² is no multiple of 10,000, which favours a bucket by 2 × 10⁻⁶.
 */
export function bucketOf(salt: string, member_id: number): number {
  return createHash("sha256").update(`${salt} ${member_id}`).digest().readUInt32BE(0) % BUCKETS;
}

/** Whether a member is among `percent` percent. */
export const isAmong = (salt: string, member_id: number, percent: number): boolean =>
  bucketOf(salt, member_id) < percent * (BUCKETS / 100);

/** Which of several parts, whose percents add up to 100, a member falls into. */
export function partOf(salt: string, member_id: number, percents: readonly number[]): number {
  let left = bucketOf(salt, member_id);
  for (const [at, percent] of percents.entries()) {
    left -= percent * (BUCKETS / 100);
    if (left < 0) return at;
  }
  return percents.length - 1;
}

/** Whether a member only is compared with. */
export const isHeldOut = (
  { key, hold_out_percent }: Pick<JourneyDefinition, "key" | "hold_out_percent">,
  member_id: number,
): boolean => hold_out_percent > 0 && isAmong(`hold-out ${key}`, member_id, hold_out_percent);
