/** Amounts are integers in minor units (fen for CNY); decimals come in as text and never pass through floating point. */

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?$/;

/**
 * A decimal text as an integer scaled by 10^scale, rounded half away from zero.
 * @returns undefined when the text is not a plain decimal number.
 */
export function parseScaled(text: string, scale: number): bigint | undefined {
  const match = DECIMAL.exec(text.trim());
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = ""] = match;
  if (whole === "" && fraction === "") return undefined;
  const kept = fraction.slice(0, scale).padEnd(scale, "0");
  let value = BigInt(`${whole}${kept}` === "" ? "0" : `${whole}${kept}`);
  if ((fraction[scale] ?? "0") >= "5") value += 1n;
  return sign === "-" ? -value : value;
}

/** a × b ÷ 10^scale, rounded half away from zero. */
export function multiplyScaled(a: bigint, b: bigint, scale: number): bigint {
  return divideHalfUp(a * b, 10n ** BigInt(scale));
}

/** a ÷ b rounded half away from zero; b must not be zero. */
export function divideHalfUp(a: bigint, b: bigint): bigint {
  const negative = a < 0n !== b < 0n;
  const [n, d] = [a < 0n ? -a : a, b < 0n ? -b : b];
  const quotient = (2n * n + d) / (2n * d);
  return negative ? -quotient : quotient;
}

/**
 * `total` split over `weights` so that the parts add up exactly: floor shares first, then one unit each by largest
 * remainder, ties to the earlier part. With no positive weight the first part takes all.
 */
export function allocate(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  if (weights.length === 0) return [];
  if (sum <= 0) return weights.map((_, i) => (i === 0 ? total : 0));
  const exact = weights.map((w) => (BigInt(total) * BigInt(w)) / BigInt(sum));
  const remainders = weights.map((w, i) => ({ i, r: (BigInt(total) * BigInt(w)) % BigInt(sum) }));
  let left = total - Number(exact.reduce((a, b) => a + b, 0n));
  remainders.sort((a, b) => (a.r === b.r ? a.i - b.i : a.r > b.r ? -1 : 1));
  const parts = exact.map(Number);
  for (const { i } of remainders) {
    if (left === 0) break;
    parts[i] = (parts[i] ?? 0) + Math.sign(left);
    left -= Math.sign(left);
  }
  return parts;
}
