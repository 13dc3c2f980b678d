const NUMERIC = /^[+-]?[¥$€£]?\d[\d,]*(\.\d+)?%?$/;
const DATE = /^\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2})?/;
const EMAIL = /^[^@\s]+@[^@\s]+$/;

function looksLikeData(cell: string): boolean {
  const text = cell.trim();
  return NUMERIC.test(text) || DATE.test(text) || EMAIL.test(text) || text.length > 120;
}

/**
 * Whether the first row names the columns: nothing in it looks like a value, and it is known by one of its names, or
 * some column below it holds values of which its own cell is not one.
 */
export function detectHeader(
  first: readonly string[],
  below: readonly (readonly string[])[],
  known: (name: string) => boolean,
): boolean {
  const filled = first.filter((cell) => cell.trim() !== "");
  if (filled.length === 0) return false;
  const valued = filled.filter(looksLikeData).length;
  const named = filled.filter((cell) => known(cell)).length;
  if (named > 0 && named >= valued) return true;
  if (valued > 0) return false;
  if (below.length === 0) return true;
  const typed = first.some((_, column) => below.some((row) => looksLikeData(row[column] ?? "")));
  return typed || new Set(filled.map((cell) => cell.trim())).size === filled.length;
}
