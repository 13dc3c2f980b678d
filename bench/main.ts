import { readdir, readFile } from "node:fs/promises";

/** One figure beside its reference, measured in the same run on the same machine. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly reference: number | null;
  readonly ratio: number | null;
  /** What must hold, in words: "≥ 0.45 ×". */
  readonly bar: string;
  readonly met: boolean;
}

export interface Bench {
  readonly name: string;
  run(): Promise<readonly Figure[]>;
}

/** `npm run bench -- NAME…` runs the benches whose names begin so; all of them without a name. */
async function main(wanted: readonly string[]): Promise<number> {
  const here = new URL("./", import.meta.url);
  const names = (await readdir(here)).filter((f) => f.endsWith(".ts") && f !== "main.ts").sort();
  // worlds and servers that benches start stand beside them; only a file that offers benches is one
  const files: string[] = [];
  for (const name of names) {
    if ((await readFile(new URL(name, here), "utf8")).includes("export const benches")) files.push(name);
  }
  const benches: Bench[] = [];
  for (const file of files) {
    const module = (await import(new URL(file, here).href)) as { benches?: readonly Bench[] };
    benches.push(...(module.benches ?? []));
  }
  const chosen = benches.filter((b) => wanted.length === 0 || wanted.some((name) => b.name.startsWith(name)));
  if (chosen.length === 0) {
    console.error(`no bench begins with ${wanted.join(", ")}; there are: ${benches.map((b) => b.name).join(", ")}`);
    return 2;
  }
  const figures: Figure[] = [];
  for (const bench of chosen) {
    console.error(`running ${bench.name} …`);
    figures.push(...(await bench.run()));
  }
  printTable(figures);
  console.log(JSON.stringify(figures));
  return figures.every((f) => f.met) ? 0 : 1;
}

function printTable(figures: readonly Figure[]): void {
  const number = (value: number | null) =>
    value === null ? "–" : value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 3 : 1 });
  const rows = figures.map((f) => [
    f.name,
    `${number(f.value)} ${f.unit}`,
    number(f.reference),
    f.ratio === null ? "–" : `${number(f.ratio)} ×`,
    f.bar,
    f.met ? "met" : "NOT MET",
  ]);
  const table = [["bench", "value", "reference", "ratio", "bar", ""], ...rows];
  const widths = [0, 1, 2, 3, 4, 5].map((i) => Math.max(...table.map((row) => (row[i] ?? "").length)));
  for (const row of table)
    console.log(
      row.map((text, i) => (i === 0 || i > 3 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join("  "),
    );
}

process.exitCode = await main(process.argv.slice(2));
