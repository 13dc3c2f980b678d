/** Whole years, months and days from one calendar day to another, as people count them. */
export function ageParts(from: string, to: string): { years: number; months: number; days: number } {
  const [fromYear = 0, fromMonth = 1, fromDay = 1] = from.split("-").map(Number);
  const [toYear = 0, toMonth = 1, toDay = 1] = to.split("-").map(Number);
  const whole = (toYear - fromYear) * 12 + (toMonth - fromMonth) - (toDay < fromDay ? 1 : 0);
  const days = Math.round(
    (Date.UTC(toYear, toMonth - 1, toDay) - Date.UTC(fromYear, fromMonth - 1, fromDay)) / 86_400_000,
  );
  const months = Math.max(0, whole);
  return { years: Math.floor(months / 12), months: months % 12, days: Math.max(0, days) };
}
