import { createReadStream } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import type { Ground } from "../../ground.ts";
import { Problem, sentence } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { ensureSource } from "../source-store.ts";
import { errorFile } from "./error-file.ts";
import { mapImport, type MappingInput, uploadFile } from "./import.ts";
import { importById, type ImportRow } from "./import-store.ts";
import { guessTable } from "./mapping/guess.ts";
import type { ImportOptions, TargetSource } from "./mapping/mapping.ts";
import { importKind } from "./mapping/target.ts";
import type { ImportReport } from "./report.ts";
import { checkImport, runImport, type RunControl } from "./run.ts";
import { undoImport } from "./undo.ts";

type Say = (line: string) => void;

const USAGE = `huitou import FILE [options]
  --source KEY         source the file comes from (made when new; default: file)
  --kind KIND          record kind: member, order, return, product, store, coupon_use … (default: guessed)
  --map FIELD=COLUMN   column for a field, by name or #number; repeat. FIELD==text gives every row that text
  --mapping FILE.json  {"record_kind", "mapping", "options"} as the wizard stores it
  --timezone ZONE      zone of times without one        --currency CODE   currency of amounts
  --as-of DAY          the day a file without a time column speaks of
  --encoding NAME      --delimiter C   --sheet NAME     where detection is wrong
  --dry-run            say what would happen, store nothing
  --errors OUT.csv     write the rows in error to this file (personal data in clear: your own disk, your own care)
  huitou import --undo IMPORT_ID                        take an import back`;

const OPTIONS = {
  source: { type: "string" },
  kind: { type: "string" },
  map: { type: "string", multiple: true },
  mapping: { type: "string" },
  timezone: { type: "string" },
  currency: { type: "string" },
  "as-of": { type: "string" },
  encoding: { type: "string" },
  delimiter: { type: "string" },
  sheet: { type: "string" },
  "dry-run": { type: "boolean" },
  errors: { type: "string" },
  undo: { type: "string" },
  help: { type: "boolean" },
} as const;

/** `huitou import …`: the same steps as the wizard, with progress on the terminal. @returns the exit code. */
export async function importCommand(ground: Ground, args: readonly string[], say: Say): Promise<number> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    say(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  const { values, positionals } = parsed;
  try {
    if (values.undo !== undefined) return await undo(ground, Number(values.undo), say);
    const [path] = positionals;
    if (values.help === true || path === undefined) {
      say(USAGE);
      return values.help === true ? 0 : 2;
    }
    return await importFile(ground, path, values, say);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    say(`${sentence(error.code, error.params, "zh")}\n${error.message}`);
    return 1;
  }
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
}

type Values = ReturnType<typeof parse>["values"];

async function importFile(ground: Ground, path: string, values: Values, say: Say): Promise<number> {
  if (
    !(await stat(path).then(
      (found) => found.isFile(),
      () => false,
    ))
  ) {
    say(`没有文件 ${path}。 · There is no file ${path}.`);
    return 1;
  }
  const key = values.source ?? "file";
  const source = await ensureSource(ground, { key, name: key, kind: "file" });
  const { encoding, delimiter, sheet } = values;
  const stream = createReadStream(path) as AsyncIterable<Buffer>;
  const choices = { encoding, delimiter, sheet };
  let row = await uploadFile(ground, { file_name: basename(path), stream, source_id: source.source_id, choices });
  const { facts } = row;
  say(
    `${row.file_name}: ${facts.format}${facts.gzip ? " (gzip)" : ""}${facts.encoding === null ? "" : `, ${facts.encoding}`}, ${facts.columns.length} columns`,
  );
  row = await mapImport(ground, row.import_id, await mappingOf(row, values));
  say(`import ${row.import_id}: ${row.record_kind} ← ${describeMapping(row)}`);
  const report =
    values["dry-run"] === true
      ? await checkImport(ground, row.import_id, progressOn(say, row))
      : await runImport(ground, row.import_id, progressOn(say, row));
  sayReport(report, say, values["dry-run"] === true);
  if (values.errors !== undefined && values["dry-run"] !== true && report.rejected > 0)
    await writeErrors(ground, row, values.errors, say);
  return 0;
}

async function mappingOf(row: ImportRow, values: Values): Promise<MappingInput> {
  const stored =
    values.mapping === undefined ? undefined : (JSON.parse(await readFile(values.mapping, "utf8")) as MappingInput);
  const kept =
    row.record_kind !== null && row.mapping !== null
      ? { record_kind: row.record_kind, mapping: row.mapping }
      : undefined;
  const wanted = values.kind ?? stored?.record_kind ?? kept?.record_kind ?? row.guess.record_kind ?? "";
  const guessed = row.guess.record_kind === wanted ? row.guess : guessTable(row.facts.columns, [], wanted);
  const base = stored?.mapping ?? (kept?.record_kind === wanted ? kept.mapping : guessed.mapping);
  const mapping: Record<string, TargetSource> = { ...base };
  for (const pair of values.map ?? []) {
    const at = pair.indexOf("=");
    const [name, column] = at === -1 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
    const field = fieldOf(wanted, name);
    // The same column again only moves it; what it had guessed for another field goes.
    for (const [other, source] of Object.entries(mapping)) {
      if (source.column !== undefined && source.column === columnOf(row, column) && other !== field)
        delete mapping[other];
    }
    if (column === "") delete mapping[field];
    else if (column.startsWith("=")) mapping[field] = { value: column.slice(1) };
    else
      mapping[field] = {
        ...(mapping[field]?.format === undefined ? {} : { format: mapping[field].format }),
        column: columnOf(row, column),
      };
  }
  const options: Partial<ImportOptions> = {
    ...stored?.options,
    ...(values.timezone === undefined ? {} : { timezone: values.timezone }),
    ...(values.currency === undefined ? {} : { currency: values.currency }),
    ...(values["as-of"] === undefined ? {} : { as_of: values["as-of"] }),
  };
  return { record_kind: wanted, mapping, options };
}

/** `sku` may stand for `lines.sku`, `phone` for `identity.phone`, where that is the only one meant. */
function fieldOf(record_kind: string, name: string): string {
  const names = (importKind(record_kind)?.targets ?? []).map((target) => target.name);
  if (names.includes(name)) return name;
  const ending = names.filter((candidate) => candidate.endsWith(`.${name}`));
  return ending.length === 1 ? (ending[0] as string) : name;
}

function columnOf(row: ImportRow, text: string): number {
  const numbered = /^#(\d+)$/.exec(text);
  if (numbered?.[1] !== undefined) return Number(numbered[1]) - 1;
  const at = row.facts.columns.indexOf(text);
  return at === -1 ? row.facts.columns.length : at;
}

function describeMapping(row: ImportRow): string {
  return Object.entries(row.mapping ?? {})
    .map(
      ([field, { column, value }]) =>
        `${field}=${column === undefined ? JSON.stringify(value) : row.facts.columns[column]}`,
    )
    .join(" ");
}

const SHOW_EVERY_ROWS = 50_000;

function progressOn(say: Say, row: ImportRow): RunControl {
  let shown = 0;
  let note_shown = "";
  const interrupt = new AbortController();
  return {
    signal: interrupt.signal,
    cancelled: () => false,
    progress: async (done, total, note) => {
      if (done - shown >= SHOW_EVERY_ROWS) {
        shown = done;
        say(
          `  ${row.file_name}: ${done.toLocaleString("en")}${total === null ? "" : ` / ${total.toLocaleString("en")}`} rows`,
        );
      }
      if (note !== undefined && note !== note_shown && note_shown === "") {
        say(`  ${note}`);
        note_shown = note;
      }
    },
  };
}

function sayReport(report: ImportReport, say: Say, dry: boolean): void {
  const count = (value: number) => value.toLocaleString("en").padStart(12);
  say(dry ? "试运行（没有写入） · dry run (nothing stored)" : "导入结果 · result");
  say(`${count(report.rows)}  行 rows`);
  say(`${count(report.accepted)}  接收 accepted (${report.records.toLocaleString("en")} records)`);
  if (report.lines > 0) {
    say(`${count(report.sale_lines)}    订单行 order lines (${report.orders.toLocaleString("en")} orders)`);
    say(`${count(report.return_lines)}    退货行 return lines (${report.returns.toLocaleString("en")} returns)`);
  }
  say(`${count(report.duplicates)}  重复 duplicates of an earlier import`);
  say(`${count(report.rejected)}  拒收 rejected`);
  for (const { code, count: rows, sentence_zh } of report.by_code) say(`${count(rows)}    ${code} ${sentence_zh}`);
  for (const { code, count: rows, sentence_zh } of report.notes) say(`${count(rows)}  注 note ${code} ${sentence_zh}`);
  say(`${count(report.people)}  人 people named`);
}

async function writeErrors(ground: Ground, row: ImportRow, path: string, say: Say): Promise<void> {
  const current = await ground.store.read(SYSTEM_SCOPE, (tx) => importById(tx, row.import_id));
  const parts: string[] = [];
  for await (const piece of await errorFile(ground, current)) parts.push(piece);
  await writeFile(path, parts.join(""), { mode: 0o600 });
  say(`错误行已写入 ${path} · rows in error written to ${path}`);
}

async function undo(ground: Ground, import_id: number, say: Say): Promise<number> {
  const control = { signal: new AbortController().signal, cancelled: () => false, progress: async () => undefined };
  const { records } = await undoImport(ground, import_id, control);
  say(`已撤销导入 ${import_id}，收回 ${records} 条记录 · import ${import_id} undone, ${records} records taken back`);
  return 0;
}
