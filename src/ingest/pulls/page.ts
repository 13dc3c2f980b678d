import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { accept, type AcceptResult } from "../accept.ts";
import { contentHash, type Draft, type RefusedRow } from "../imports/mapping/batch.ts";
import { draftBatches } from "../imports/mapping/draft.ts";
import { checkMapping, type Mapping, mappedColumns } from "../imports/mapping/mapping.ts";
import { planRows } from "../imports/mapping/row-plan.ts";
import type { RawRow } from "../imports/reading/csv.ts";
import type { TableFacts } from "../imports/reading/table.ts";
import { personalKindOf } from "../personal-pattern.ts";
import type { DecodedReject } from "../protocols/decoded.ts";
import { sourceById } from "../source-store.ts";
import { forgetRejects, keepRejects, type PullMapping, type PullRow, savePosition, seenRejects } from "./pull-store.ts";
import type { PulledRow, PullTable } from "./pulled-table.ts";

const REJECTS_REMEMBERED_MS = 2 * 86_400_000;

/** The mapping with places of columns for their names. @throws pull.column_missing */
export function numbered(
  mapping: PullMapping,
  columns: readonly string[],
  pull: PullTable & { record_kind: string },
): Mapping {
  const found: Record<string, Mapping[string]> = {};
  const place = (column: string) => {
    const at = columns.indexOf(column);
    if (at === -1)
      throw problem("pull.column_missing", { table: pull.table, column, columns: columns.slice(0, 50).join(", ") });
    return at;
  };
  for (const [field, { column, ...source }] of Object.entries(mapping)) {
    found[field] = column === undefined ? source : { ...source, column: place(column) };
  }
  // The table's own key tells lines apart; a return's line has no other number either.
  const lines = Object.keys(found).some((field) => field.startsWith("lines."));
  if (lines && found["lines.line_no"] === undefined) found["lines.line_no"] = { column: place(pull.key_column) };
  return found;
}

function factsOf(columns: readonly string[], rows: number): TableFacts {
  const none = { gzip: false, encoding: null, dialect: null, sheet: null, sheets: [] };
  return { ...none, format: "parquet", header: true, columns, rows };
}

/** Takes one page: its records, its rows that are none, and the new position, in one transaction. */
export async function takePage(
  ground: Ground,
  pull: PullRow,
  columns: readonly string[],
  rows: readonly PulledRow[],
): Promise<AcceptResult> {
  const now = ground.clock.now();
  const mapping = numbered(pull.mapping, columns, pull);
  const kind = checkMapping(pull.record_kind, mapping, pull.options, columns.length);
  const keys = new Map<RawRow, string>();
  const raws = rows.map((row, i): RawRow => {
    const raw = { row: i + 1, cells: row.cells };
    keys.set(raw, row.key);
    return raw;
  });
  const keyed = (content: string) =>
    ground.vault.contentToken("pull record", contentHash(content).toString("base64url"));
  const context = {
    plan: planRows(factsOf(columns, rows.length), kind, mapping, pull.options, now),
    file_key: "",
    default_time: now.toISOString(),
    row_key: (raw: RawRow) => keys.get(raw) ?? "",
    keyed,
  };
  let drafts: Draft[] = [];
  let refused: (RefusedRow & { hash: string })[] = [];
  for await (const batch of draftBatches(oneBatch(raws), context)) {
    drafts.push(...batch.drafts);
    refused.push(...batch.refused.map((row) => ({ ...row, hash: keyed(JSON.stringify(row.raw.cells)) })));
  }
  const hashes = [...drafts.map(({ record }) => record.key ?? ""), ...refused.map((row) => row.hash)];
  const seen = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await forgetRejects(tx, pull.pull_id, new Date(now.getTime() - REJECTS_REMEMBERED_MS));
    return seenRejects(tx, pull.pull_id, hashes, now);
  });
  drafts = drafts.filter(({ record }) => !seen.has(record.key ?? ""));
  refused = refused.filter((row) => !seen.has(row.hash));
  const used = mappedColumns(mapping);
  const rejects = refused.map((row) => rejectOf(row, columns, used, keys.get(row.raw) ?? ""));
  const source = await ground.store.read(SYSTEM_SCOPE, (tx) => sourceById(tx, pull.source_id));
  const last = rows.at(-1);
  return accept(
    ground,
    source,
    drafts.map((draft) => draft.record),
    {
      protocol: "pull",
      rejects,
      within: async (tx, _inbox, outcomes) => {
        const set_aside = drafts.flatMap(({ record }, i) =>
          outcomes[i]?.status === "rejected" ? [record.key ?? ""] : [],
        );
        await keepRejects(tx, pull.pull_id, [...set_aside, ...refused.map((row) => row.hash)], now);
        if (last !== undefined) await savePosition(tx, pull.pull_id, { cursor: last.cursor, key: last.key });
      },
    },
  );
}

function rejectOf(row: RefusedRow, columns: readonly string[], used: ReadonlySet<number>, key: string): DecodedReject {
  const { raw, problems } = row;
  const [first] = problems;
  // A key may itself be a phone or a card: then the row is told by its place only.
  const place = personalKindOf(key) === undefined ? `key ${key.slice(0, 60)}` : `row ${raw.row}`;
  const original = Object.fromEntries(columns.flatMap((name, i) => (used.has(i) ? [[name, raw.cells[i] ?? ""]] : [])));
  return { place, code: first?.code ?? "row.required_empty", params: first?.params ?? {}, original };
}

async function* oneBatch(rows: readonly RawRow[]): AsyncGenerator<readonly RawRow[]> {
  yield rows;
}
