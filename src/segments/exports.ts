import type { Ground } from "../ground.ts";
import { newUuid, problem } from "../platform/index.ts";
import { cancelJob, jobById, type Scope, startJob, SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { maskText } from "../vault/index.ts";
import { readCondition } from "./condition.ts";
import { countCondition } from "./count.ts";
import { chosenColumns } from "./export-columns.ts";
import {
  dropExport,
  EXPORT_JOB,
  exportKey,
  type ExportInput,
  partContext,
  refuseTooManyRows,
  scopeOfExport,
} from "./export-run.ts";
import {
  expiredExports,
  exportsHolding,
  exportById,
  type ExportRow,
  type ExportState,
  insertExport,
  listExports,
  openExports,
  partOf,
  setJob,
} from "./export-store.ts";
import {
  EXPORT_REASON_CHARACTERS_MAX,
  EXPORT_REASON_CHARACTERS_MIN,
  EXPORTS_LISTED_MAX,
  EXPORTS_OPEN_MAX,
} from "./limits.ts";
import { inSnapshot } from "./membership-plan.ts";
import { type Editor, existing } from "./segment-store.ts";
import { snapshotById } from "./snapshot-store.ts";

/** What a person asks to have as a file. */
export interface ExportWish {
  readonly segment_id?: number | undefined;
  readonly snapshot_id?: number | undefined;
  readonly columns: readonly string[];
  readonly format: "csv" | "xlsx";
  readonly language: "zh" | "en";
  readonly reason: string;
}

export interface ExportView {
  readonly export_id: number;
  readonly segment_id: number | null;
  readonly snapshot_id: number | null;
  readonly name: string;
  readonly format: string;
  readonly columns: readonly string[];
  readonly language: string;
  readonly reason: string;
  readonly state: ExportState;
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly sha256: string | null;
  readonly failure: unknown;
  readonly job_id: string | null;
  readonly created_by_name: string | null;
  readonly created_at: string;
  readonly finished_at: string | null;
  readonly expires_at: string | null;
}

export function exportView(row: ExportRow, now: Date): ExportView {
  const over = row.state === "done" && row.expires_at !== null && row.expires_at <= now;
  return {
    export_id: row.export_id,
    segment_id: row.segment_id,
    snapshot_id: row.snapshot_id,
    name: row.name,
    format: row.format,
    columns: row.columns,
    language: row.language,
    reason: row.reason,
    state: over ? "expired" : row.state,
    rows: row.rows,
    bytes: row.bytes,
    sha256: row.sha256?.toString("hex") ?? null,
    failure: row.failure,
    job_id: row.job_id,
    created_by_name: row.created_by_name,
    created_at: row.created_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
    expires_at: row.expires_at?.toISOString() ?? null,
  };
}

/** A purpose as it is kept. @throws segments.export_reason */
function purposeOf(reason: string): string {
  const text = maskText(reason.trim());
  const { length } = [...text];
  if (length < EXPORT_REASON_CHARACTERS_MIN || length > EXPORT_REASON_CHARACTERS_MAX) {
    throw problem("segments.export_reason", { min: EXPORT_REASON_CHARACTERS_MIN, max: EXPORT_REASON_CHARACTERS_MAX });
  }
  return text;
}

async function sourceOf(tx: Tx, { segment_id, snapshot_id }: ExportWish) {
  if (segment_id !== undefined && snapshot_id === undefined) {
    const { name, condition } = await existing(tx, segment_id);
    return { segment_id, snapshot_id: null, name, condition };
  }
  if (snapshot_id === undefined || segment_id !== undefined) throw problem("segments.export_source");
  const snapshot = await snapshotById(tx, snapshot_id);
  return { segment_id: snapshot.segment_id, snapshot_id, name: snapshot.name, condition: inSnapshot(snapshot_id) };
}

/** What the one who asks is given: personal columns in clear; and whom to tell in the transaction that starts it. */
export interface ExportGrant {
  readonly personal: boolean;
  readonly settle?: (tx: Tx, outcome: { readonly export_id: number }) => Promise<void>;
}
const MASKED_ONLY: ExportGrant = { personal: false };

/** What an export is about, for whoever approves it: its members now, and what must not change until it is made. */
export async function exportInWords(ground: Ground, scope: Scope, wish: ExportWish) {
  const columns = chosenColumns(ground, wish.columns, true);
  const { source, same } = await ground.store.read({ ...scope, asks: "L4" }, async (tx) => {
    const found = await sourceOf(tx, wish);
    return { source: found, same: (await readCondition(tx, ground, found.condition)).plain };
  });
  return {
    personal: columns.some((column) => column.personal),
    same,
    words: async () => {
      const { count } = await countCondition(ground, scope, source.condition);
      const names = (language: "zh" | "en", personal: boolean) =>
        columns
          .filter((column) => column.personal === personal)
          .map((column) => column[language])
          .join(language === "zh" ? "、" : ", ");
      const format = wish.format === "xlsx" ? "Excel" : "CSV";
      const n = count.toLocaleString("en-US");
      const [clear_zh, clear_en] = [names("zh", true), names("en", true)];
      return {
        zh: `导出「${source.name}」${n} 位会员的名单（${format}）。明文个人信息：${clear_zh || "无"}；其他列：${names("zh", false) || "无"}`,
        en: `Export a list of the ${n} members of “${source.name}” (${format}). Personal data in clear: ${clear_en || "none"}; other columns: ${names("en", false) || "none"}`,
      };
    },
  };
}

/**
 * Asks for a file of the members of a segment, or of a snapshot as it was kept. It is made by a job.
 * @throws segments.export_column, segments.export_reason, segments.export_source, segments.export_too_large, segments.export_busy.
 */
export async function requestExport(
  ground: Ground,
  scope: Scope,
  wish: ExportWish,
  editor: Editor,
  { personal, settle }: ExportGrant = MASKED_ONLY,
): Promise<ExportRow> {
  const reason = purposeOf(wish.reason);
  const columns = chosenColumns(ground, wish.columns, personal).map(({ key }) => key);
  const source = await ground.store.read(scope, (tx) => sourceOf(tx, wish));
  refuseTooManyRows(wish.format, (await countCondition(ground, scope, source.condition)).count);
  const stores = scope.stores === "all" ? null : [...scope.stores];
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    if ((await openExports(tx)).length >= EXPORTS_OPEN_MAX)
      throw problem("segments.export_busy", { max: EXPORTS_OPEN_MAX });
    const { format, language } = wish;
    const now = ground.clock.now();
    const wanted = { ...source, format, language, columns, reason, stores, file_id: newUuid(now) };
    const row = await insertExport(tx, wanted, editor, now);
    const input: ExportInput = { export_id: row.export_id };
    const job_id = await startJob(tx, ground, EXPORT_JOB, input, { person_id: editor.person_id });
    await setJob(tx, row.export_id, job_id);
    await settle?.(tx, { export_id: row.export_id });
    return { ...row, job_id };
  });
}

/** Whether the file holds personal data in clear. */
export function holdsPersonal(ground: Ground, { columns }: Pick<ExportRow, "columns">): boolean {
  return chosenColumns(ground, columns, true).some((column) => column.personal);
}

/** Whether the rows of an export are among those a person may see. */
function covers(scope: Scope, { stores }: ExportRow): boolean {
  if (scope.stores === "all") return true;
  const own = new Set(scope.stores);
  return stores !== null && stores.every((store) => own.has(store));
}

/** @throws segments.export_not_found, also for what is outside the person's stores. */
export async function visibleExport(ground: Ground, scope: Scope, export_id: number): Promise<ExportRow> {
  const row = await ground.store.read(scope, (tx) => exportById(tx, export_id));
  if (!covers(scope, row)) throw problem("segments.export_not_found", { export_id });
  return row;
}

/** The newest exports whose rows one may see. @param segment_id only of this segment, its snapshots among them. */
export async function visibleExports(ground: Ground, scope: Scope, segment_id: number | null): Promise<ExportView[]> {
  // a job that was cancelled while it waited leaves its export open
  await endLeft(ground);
  const rows = await ground.store.read(scope, (tx) => listExports(tx, segment_id, EXPORTS_LISTED_MAX));
  const now = ground.clock.now();
  return rows.filter((row) => covers(scope, row)).map((row) => exportView(row, now));
}

/** Stops an export that waits or runs; one that is done is destroyed. */
export async function cancelExport(ground: Ground, scope: Scope, export_id: number): Promise<ExportView> {
  const row = await visibleExport(ground, scope, export_id);
  if (["waiting", "running", "done"].includes(row.state)) {
    const { job_id } = row;
    if (job_id !== null) await ground.store.write(SYSTEM_SCOPE, (tx) => cancelJob(tx, ground, job_id));
    await dropExport(ground, row, "cancelled");
  }
  return exportView(await visibleExport(ground, scope, export_id), ground.clock.now());
}

/** The file of an export, opened part by part. @throws segments.export_not_ready, segments.export_gone. */
export async function openExport(ground: Ground, row: ExportRow): Promise<AsyncGenerator<Buffer>> {
  const { export_id, state } = row;
  const over = row.expires_at === null || row.expires_at <= ground.clock.now();
  if (state === "expired" || (state === "done" && over)) throw problem("segments.export_gone", { export_id });
  if (state !== "done") throw problem("segments.export_not_ready", { export_id, state });
  return piecesOf(ground, row);
}

async function* piecesOf(ground: Ground, row: ExportRow): AsyncGenerator<Buffer> {
  const key = await exportKey(ground, row);
  let bytes = 0;
  for (let part = 0; bytes < (row.bytes ?? 0); part++) {
    const sealed = await ground.store.read(scopeOfExport(row), (tx) => partOf(tx, row.export_id, part));
    // destroyed while it was fetched: the answer breaks off rather than ending as if it were whole
    if (sealed === undefined) throw problem("segments.export_gone", { export_id: row.export_id });
    const plain = key.decrypt(sealed, partContext(row, part));
    bytes += plain.length;
    yield plain;
  }
}

/** Destroys the files that hold a member, and their keys. @returns how many */
export async function forgetExports(ground: Ground, member_id: number): Promise<number> {
  const holding = await ground.store.read(SYSTEM_SCOPE, (tx) => exportsHolding(tx, member_id));
  for (const row of holding) await dropExport(ground, row, "expired");
  return holding.length;
}

/** Destroys what has expired, and what was left open by a job that is over. @returns how many. */
export async function expireExports(ground: Ground): Promise<number> {
  const now = ground.clock.now();
  const expired = await ground.store.read(SYSTEM_SCOPE, (tx) => expiredExports(tx, now));
  for (const row of expired) await dropExport(ground, row, "expired");
  return expired.length + (await endLeft(ground));
}

async function endLeft(ground: Ground): Promise<number> {
  const open = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const rows = await openExports(tx);
    return Promise.all(rows.map(async (row) => ({ row, job: await jobOf(tx, row) })));
  });
  const left = open.filter(({ job }) => job !== "queued" && job !== "running");
  for (const { row, job } of left) await dropExport(ground, row, job === "cancelled" ? "cancelled" : "failed");
  return left.length;
}

async function jobOf(tx: Tx, { job_id }: ExportRow): Promise<string | undefined> {
  return job_id === null ? undefined : (await jobById(tx, job_id)).state;
}
