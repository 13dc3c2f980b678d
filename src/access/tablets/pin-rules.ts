import { problem } from "../../platform/errors.ts";

export const PIN_DIGITS = 6;
/** Ten of these stand at the head of every count of PINs that people choose, and are no row or repetition. */
const COMMON: ReadonlySet<string> = new Set([
  "147258",
  "258369",
  "159357",
  "147852",
  "741852",
  "963852",
  "159753",
  "520131",
  "131420",
  "168168",
]);

/** "123456", "987654", also across the nought: "789012". */
function isRow(digits: readonly number[]): boolean {
  const steps = digits.slice(1).map((digit, at) => (digit - (digits[at] ?? 0) + 10) % 10);
  return steps.every((step) => step === 1) || steps.every((step) => step === 9);
}

/** "111111", "121212", "123123". */
function isRepeated(pin: string): boolean {
  return [1, 2, 3].some((length) => pin.slice(0, length).repeat(PIN_DIGITS / length) === pin);
}

/** "112233", "111222", "332211": pairs and threes. */
function isGrouped(pin: string): boolean {
  return /^(\d)\1(\d)\2(\d)\3$/.test(pin) || /^(\d)\1\1(\d)\2\2$/.test(pin);
}

/** "880312" and "198803": days and months of birth as people write them, the year first. */
function isBirthday(pin: string): boolean {
  const month = (text: string) => Number(text) >= 1 && Number(text) <= 12;
  const day = Number(pin.slice(4));
  const of_day = month(pin.slice(2, 4)) && day >= 1 && day <= 31;
  const of_month = /^(19|20)/.test(pin) && month(pin.slice(4));
  return of_day || of_month;
}

/** @throws access.pin_weak for anything but six digits, and for those that a stranger would try first. */
export function requireGoodPin(pin: string): void {
  const bad =
    !/^\d{6}$/.test(pin) ||
    COMMON.has(pin) ||
    isRow([...pin].map(Number)) ||
    isRepeated(pin) ||
    isGrouped(pin) ||
    isBirthday(pin);
  if (bad) throw problem("access.pin_weak", { digits: PIN_DIGITS });
}
