import type { Random } from "./random.ts";

/**
 * Phone numbers of the tea house. All lie in one block that the generator owns: 199-00xx-xxxx for a person's first
 * number, 199-02xx-xxxx for the number after a change, 199-09xx-xxxx for clerks and privacy numbers. They have the
 * form of mobile numbers, so that every check passes, but are counted up, not collected: never send anything to them.
 */
export const PERSONS_MAX = 1_000_000;

/** The first number of person `index`: neighbours in joining get numbers far apart. */
export function firstPhone(index: number): string {
  return `1990${serial(index)}`;
}

/** The number after a number change. */
export function secondPhone(index: number): string {
  return `1990${serial(index, 2_000_000)}`;
}

function serial(index: number, block = 0): string {
  // 420,489 has no common divisor with a million: the product runs through each number of the block once.
  // One is added because 199-0000-0000 looks like a number typed to get past a field.
  return String(block + 1 + ((index * 420_489) % PERSONS_MAX)).padStart(7, "0");
}

/** The own number of the careless clerk of a store. */
export function clerkPhone(store: number): string {
  return `19909900${String(store).padStart(3, "0")}`;
}

/** What is typed to get past a required field. */
export const PLACEHOLDER_PHONE = "13800000000";

export function maskedPhone(phone: string): string {
  return `${phone.slice(0, 3)}****${phone.slice(7)}`;
}

/** A mall's privacy number: one of a few numbers that forward for a while, with an extension. */
export function privacyPhone(random: Random): string {
  const base = `199090000${String(random.integer(40)).padStart(2, "0")}`;
  const extension = String(random.integer(10_000)).padStart(4, "0");
  return random.chance(0.5) ? `${base}转${extension}` : `${base}-${extension}`;
}

/** The same number as people and systems write it. */
export function spelled(random: Random, phone: string): string {
  const draw = random.uniform();
  if (draw < 0.62) return phone;
  const [a, b, c] = [phone.slice(0, 3), phone.slice(3, 7), phone.slice(7)];
  if (draw < 0.72) return `+86${phone}`;
  if (draw < 0.8) return `${a}-${b}-${c}`;
  if (draw < 0.88) return `${a} ${b} ${c}`;
  if (draw < 0.93) return `86${phone}`;
  if (draw < 0.97) return `+86 ${a} ${b} ${c}`;
  return `0086-${phone}`;
}
