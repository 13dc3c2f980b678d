import { CsvParser, type Dialect } from "./csv.ts";

const DELIMITERS = [",", "\t", ";", "|", "\u0001"] as const;
const SAMPLE_ROWS = 100;

/**
 * The dialect of a sample of text: the delimiter that cuts most rows into the same number (more than one) of cells.
 * A tie goes to the one with more cells, then to the order above. A file of one column keeps the comma.
 */
export function detectDialect(sample: string): Dialect {
  const newline = !sample.includes("\n") && sample.includes("\r") ? "\r" : "\n";
  const quote = detectQuote(sample, newline);
  let best: { delimiter: string; score: number; cells: number } | undefined;
  for (const delimiter of DELIMITERS) {
    const { share, cells } = evenness(sample, { delimiter, quote, newline });
    if (cells < 2) continue;
    if (best === undefined || share > best.score + 0.05 || (share > best.score - 0.05 && cells > best.cells)) {
      best = { delimiter, score: share, cells };
    }
  }
  return { delimiter: best?.delimiter ?? ",", quote, newline };
}

function evenness(sample: string, dialect: Dialect): { share: number; cells: number } {
  // The last row of a sample may be cut off, so it is not looked at.
  const rows = new CsvParser(dialect).push(sample).slice(0, SAMPLE_ROWS);
  const counts = new Map<number, number>();
  const looked = rows.length > 0 ? rows : new CsvParser(dialect).push(`${sample}${dialect.newline}`);
  for (const { cells } of looked) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  let modal = { cells: 0, rows: 0 };
  for (const [cells, n] of counts) if (n > modal.rows) modal = { cells, rows: n };
  return { share: looked.length === 0 ? 0 : modal.rows / looked.length, cells: modal.cells };
}

/** Single quotes are a quote only where cells begin and end with them and double quotes are not used so. */
function detectQuote(sample: string, newline: string): string {
  const uses = (quote: string) => {
    const edges = new RegExp(`(^|[,;|\\t\\u0001${newline}])${quote}|${quote}(?=[,;|\\t\\u0001\\r\\n]|$)`, "g");
    return sample.match(edges)?.length ?? 0;
  };
  const single = uses("'");
  return single >= 8 && single > uses('"') * 4 && single > sample.split(newline).length ? "'" : '"';
}
