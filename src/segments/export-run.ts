import { createHash } from "node:crypto";
import type { Ground } from "../ground.ts";
import { Problem, problem } from "../platform/index.ts";
import { type JobContext, type Scope, SYSTEM_SCOPE } from "../store/index.ts";
import type { NamedKey } from "../vault/index.ts";
import { limitStatement, memberStatement } from "./count.ts";
import { chosenColumns } from "./export-columns.ts";
import { csvPieces, xlsxPieces } from "./export-file.ts";
import { rowReader } from "./export-rows.ts";
import {
  allNames,
  beginExport,
  endExport,
  exportById,
  type ExportRow,
  fillSet,
  finishExport,
  insertPart,
} from "./export-store.ts";
import {
  EXPORT_BATCH,
  EXPORT_BYTES_MAX,
  EXPORT_KEPT_DAYS,
  EXPORT_PART_BYTES,
  EXPORT_ROWS_MAX,
  REFRESH_SECONDS_MAX,
  SHEET_ROWS_MAX,
} from "./limits.ts";
import { MemberSet } from "./member-set.ts";
import { greatestMember } from "./sets-store.ts";

export const EXPORT_JOB = "segments.export";
export interface ExportInput {
  readonly export_id: number;
}

type Context = Pick<JobContext<ExportInput>, "ground" | "input" | "signal" | "cancelled" | "progress">;

/** The key of one export; destroying it makes the file unreadable wherever its parts may still lie. */
export function exportKey(ground: Ground, row: ExportRow): Promise<NamedKey> {
  return ground.vault.namedKey(keyName(row));
}

function keyName(row: ExportRow): string {
  return `export ${row.file_id}`;
}

/** What is sealed cannot be put in another place. */
export function partContext(row: ExportRow, part: number): string {
  return `${row.file_id} ${part}`;
}

/** Rows that the person may have, whose they were when they asked. */
export function scopeOfExport({ stores }: Pick<ExportRow, "stores">): Scope {
  return stores === null ? SYSTEM_SCOPE : { ...SYSTEM_SCOPE, stores };
}

/** @throws segments.export_too_large */
export function refuseTooManyRows(format: ExportRow["format"], rows: number): void {
  const max = format === "xlsx" ? Math.min(EXPORT_ROWS_MAX, SHEET_ROWS_MAX - 1) : EXPORT_ROWS_MAX;
  if (rows > max)
    throw problem("segments.export_too_large", { rows, max, format: format === "xlsx" ? " Excel " : " CSV " });
}

/** Takes the file away and destroys its key. */
export async function dropExport(
  ground: Ground,
  row: ExportRow,
  state: "failed" | "cancelled" | "expired",
  failure: unknown = null,
): Promise<void> {
  const now = ground.clock.now();
  await ground.vault.destroyNamedKey(keyName(row), now);
  await ground.store.write(SYSTEM_SCOPE, (tx) => endExport(tx, row.export_id, state, now, failure));
}

/**
 * Writes the file of an export. Its members are those of one moment; their values are read in portions and sealed part by
 * part, so that nothing is anywhere in clear and memory holds one portion. Begun anew after its process died.
 */
export async function runExport(context: Context): Promise<Record<string, unknown>> {
  const { ground, input } = context;
  const [row, begun] = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const started = await beginExport(tx, input.export_id);
    return [await exportById(tx, input.export_id), started] as const;
  });
  if (!begun) return { state: row.state };
  try {
    const members = await membersOfExport(ground, row);
    refuseTooManyRows(row.format, members.size);
    const written = await write(context, row, members);
    const now = ground.clock.now();
    const expires_at = new Date(now.getTime() + EXPORT_KEPT_DAYS * 86_400_000);
    const kept = await ground.store.write(SYSTEM_SCOPE, (tx) =>
      finishExport(tx, row.export_id, { ...written, holds: members.bytes, now, expires_at }),
    );
    if (!kept) await dropExport(ground, row, "cancelled");
    return { rows: written.rows, bytes: written.bytes };
  } catch (error) {
    if (context.cancelled()) {
      await dropExport(ground, row, "cancelled");
      return { cancelled: true };
    }
    // what is no refusal of ours may be a lost database: the job is taken up again, and the parts are made anew
    if (error instanceof Problem) await dropExport(ground, row, "failed", error.toJSON());
    throw error;
  }
}

async function membersOfExport(ground: Ground, row: ExportRow): Promise<MemberSet> {
  const scope = scopeOfExport(row);
  return ground.store.read(scope, async (tx) => {
    await limitStatement(tx, REFRESH_SECONDS_MAX);
    const set = new MemberSet((await greatestMember(tx)) + 1);
    await fillSet(tx, await memberStatement(tx, ground, scope, row.condition), set);
    return set;
  });
}

async function write(context: Context, row: ExportRow, members: MemberSet) {
  const { ground, signal, progress } = context;
  const columns = chosenColumns(ground, row.columns, true);
  const names = await ground.store.read(SYSTEM_SCOPE, allNames);
  const read = rowReader(ground, scopeOfExport(row), columns, row.language, names);
  const total = members.size;
  let [rows, seen] = [0, 0];
  const portions = async function* () {
    for (const ids of batches(members.idsAfter(0), EXPORT_BATCH)) {
      signal.throwIfAborted();
      await progress(seen, total);
      const portion = await read(ids);
      [rows, seen] = [rows + portion.length, seen + ids.length];
      yield portion;
    }
  };
  const heads = columns.map((column) => ({ title: column[row.language], number: column.number }));
  const pieces = row.format === "csv" ? csvPieces(heads, portions()) : xlsxPieces(heads, portions());
  const sealed = await seal(ground, row, pieces);
  await progress(total, total);
  return { rows, ...sealed };
}

/** Seals a file in parts of one size as it comes. */
async function seal(ground: Ground, row: ExportRow, pieces: AsyncIterable<Buffer>) {
  const key = await exportKey(ground, row);
  const digest = createHash("sha256");
  let [bytes, part] = [0, 0];
  let waiting: Buffer[] = [];
  let waiting_bytes = 0;
  const put = async (plain: Buffer) => {
    const ciphertext = key.encrypt(plain, partContext(row, part));
    await ground.store.write(SYSTEM_SCOPE, (tx) => insertPart(tx, row.export_id, part, ciphertext));
    part += 1;
  };
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > EXPORT_BYTES_MAX) throw problem("segments.export_too_many_bytes", { max: EXPORT_BYTES_MAX });
    digest.update(piece);
    waiting.push(piece);
    waiting_bytes += piece.length;
    if (waiting_bytes < EXPORT_PART_BYTES) continue;
    let rest = Buffer.concat(waiting);
    for (; rest.length >= EXPORT_PART_BYTES; rest = rest.subarray(EXPORT_PART_BYTES))
      await put(rest.subarray(0, EXPORT_PART_BYTES));
    [waiting, waiting_bytes] = [[rest], rest.length];
  }
  if (waiting_bytes > 0) await put(Buffer.concat(waiting));
  return { bytes, sha256: digest.digest() };
}

function* batches(ids: Iterable<number>, size: number): Generator<number[]> {
  let batch: number[] = [];
  for (const id of ids) {
    batch.push(id);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
