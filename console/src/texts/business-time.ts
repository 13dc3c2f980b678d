/** The business time zone; set once from the session. */
let timezone = "Asia/Shanghai";

export function setTimezone(name: string): void {
  timezone = name;
}

export const businessZone = (): string => timezone;

/** The date of an instant in the business time zone, "2026-11-22". */
export function businessDay(at: Date): string {
  return at.toLocaleDateString("sv-SE", { timeZone: timezone });
}

/** An instant as a field for date and time takes it, in the business time zone: "2026-11-22T09:41". */
export function businessMinute(at: Date): string {
  const time = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: timezone });
  return `${businessDay(at)}T${time}`;
}

/** The instant of "2026-11-22T09:41" in the business time zone; an invalid date for what is none. */
export function instantOf(minute: string): Date {
  const wanted = Date.parse(`${minute}Z`);
  if (Number.isNaN(wanted)) return new Date(Number.NaN);
  // twice: on the day on which clocks change, the first guess may lie on the other side of the change
  let at = wanted;
  for (let step = 0; step < 2; step += 1) at += wanted - Date.parse(`${businessMinute(new Date(at))}Z`);
  return new Date(at);
}
