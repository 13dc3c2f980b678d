import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/index.ts";
import { jobById, SYSTEM_SCOPE, startJob, type Tx } from "../../store/index.ts";
import { holdsPersonalData, mask, maskText } from "../../vault/index.ts";
import { personalKindOf, personalKindOfName } from "../personal-pattern.ts";
import { ensureSource, sourceById } from "../source-store.ts";
import {
  changeImport,
  clearProblems,
  deleteErrorRows,
  deleteImport,
  importById,
  type ImportRow,
  insertImport,
  keepMapping,
  keptUploads,
  storedMapping,
  takenBatches,
} from "./import-store.ts";
import { IMPORT_LIMITS } from "./limits.ts";
import { contentHash } from "./mapping/batch.ts";
import { guessTable, isKnownName, type TableGuess } from "./mapping/guess.ts";
import { checkMapping, type ImportOptions, type Mapping } from "./mapping/mapping.ts";
import { importKind } from "./mapping/target.ts";
import { type FileBytes, unpacked } from "./reading/file-bytes.ts";
import { containerOf, inspectTable, type TableChoices, type TableFacts } from "./reading/table.ts";
import { destroyUpload, openUpload, type SealedFile, sealStream } from "./sealed-file.ts";

export interface NewUpload {
  readonly file_name: string;
  readonly stream: AsyncIterable<Buffer>;
  readonly source_id?: number | undefined;
  readonly person_id?: number | undefined;
  readonly choices?: TableChoices;
}

/** The source of files that name none. */
const FILE_SOURCE = { key: "file", name: "文件导入", kind: "file" } as const;

/**
 * Takes a file: seals it as it comes, detects how it is to be read, guesses what it holds. A mapping confirmed before
 * for the same header of the same source is taken over.
 * @throws a problem with a sentence when the file cannot be read as a table; nothing of it is kept then.
 */
export async function uploadFile(ground: Ground, upload: NewUpload): Promise<ImportRow> {
  const { file_name, choices = {} } = upload;
  const source_id = upload.source_id ?? (await ensureSource(ground, FILE_SOURCE)).source_id;
  await ground.store.read(SYSTEM_SCOPE, async (tx) => {
    await sourceById(tx, source_id);
    const limit = IMPORT_LIMITS.uploads_kept_max;
    if ((await keptUploads(tx)) >= limit) throw problem("import.too_many_uploads", { limit });
  });
  const first = await sealStream(ground, upload.stream);
  const sealed = await withUndo(ground, first, () => withoutWrapping(ground, file_name, first));
  return withUndo(ground, sealed, async () => {
    const seen = await inspectUpload(ground, file_name, sealed, choices);
    const now = ground.clock.now();
    const expires_at = new Date(now.getTime() + IMPORT_LIMITS.kept_days * 86_400_000);
    const { timezone, currency } = ground.config;
    return ground.store.write(SYSTEM_SCOPE, async (tx) => {
      const kept = await storedMapping(tx, source_id, headerKey(seen.facts));
      const row = await insertImport(
        tx,
        {
          ...seen,
          source_id,
          upload_id: sealed.upload_id,
          file_name,
          bytes: sealed.bytes,
          sha256: sealed.sha256,
          choices,
          rows: seen.facts.rows,
          options: kept?.options ?? { timezone, currency },
          person_id: upload.person_id ?? null,
        },
        now,
        expires_at,
      );
      if (kept === undefined) return row;
      return changeImport(tx, row.import_id, { record_kind: kept.record_kind, mapping: kept.mapping });
    });
  });
}

async function withUndo<T>(ground: Ground, sealed: SealedFile, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await destroyUpload(ground, sealed.upload_id);
    throw error;
  }
}

/** A gzipped workbook or Parquet file is read at random places, so it is unpacked, into a sealed file again. */
async function withoutWrapping(ground: Ground, file_name: string, first: SealedFile): Promise<SealedFile> {
  const file = await openUpload(ground, first.upload_id, file_name, first.bytes);
  try {
    const { gzip, format } = await containerOf(file);
    if (!gzip || format === "csv" || format === "other") return first;
    const inner = await sealStream(ground, unpacked(file), IMPORT_LIMITS.upload_bytes_max);
    await destroyUpload(ground, first.upload_id);
    return inner;
  } finally {
    await file.close();
  }
}

interface Inspected {
  readonly facts: TableFacts;
  readonly samples: readonly (readonly string[])[];
  readonly guess: TableGuess;
}

async function inspectUpload(
  ground: Ground,
  file_name: string,
  sealed: { upload_id: string; bytes: number },
  choices: TableChoices,
): Promise<Inspected> {
  const file = await openUpload(ground, sealed.upload_id, file_name, sealed.bytes);
  try {
    return await inspect(file, choices);
  } finally {
    await file.close();
  }
}

async function inspect(file: FileBytes, choices: TableChoices): Promise<Inspected> {
  const { facts, sample } = await inspectTable(file, choices, isKnownName);
  const rows = sample.map((row) => row.cells);
  const guess = guessTable(facts.columns, rows);
  const samples = facts.columns.map((name, column) => {
    const field = guess.columns[column]?.field;
    const shown: string[] = [];
    for (const cells of rows) {
      const value = (cells[column] ?? "").trim();
      if (value !== "" && !shown.includes(value)) shown.push(value);
      if (shown.length >= IMPORT_LIMITS.samples_shown) break;
    }
    return shown.map((value) => maskCell(value, name, field, guess.record_kind));
  });
  return { facts, samples, guess };
}

const SHOWN_CHARS = 80;

/** A cell as a page may show it: masked when its field, its name or its looks are personal. */
export function maskCell(value: string, column: string, field: string | undefined, record_kind: string | null): string {
  const target = field === undefined ? undefined : importKind(record_kind ?? "")?.targets.find((t) => t.name === field);
  const identity = field?.startsWith("identity.") === true ? field.slice(9) : undefined;
  const kind =
    identity ?? (target?.personal === true ? field : undefined) ?? personalKindOf(value) ?? personalKindOfName(column);
  if (kind !== undefined && target?.type !== "code") return mask(kind === "text" ? "other" : kind, value);
  const text = holdsPersonalData(value) ? maskText(value) : value;
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text;
}

/** What the mapping of a file is remembered by: the names of its columns in their order. */
function headerKey(facts: TableFacts): Buffer {
  return contentHash(JSON.stringify([facts.header ? facts.columns : facts.columns.length, facts.sheet]));
}

export interface MappingInput {
  readonly record_kind: string;
  readonly mapping: Mapping;
  readonly options?: Partial<ImportOptions>;
  readonly choices?: TableChoices;
}

/**
 * Confirms how the columns map onto a kind, and remembers it for the next file with the same header.
 * @throws a problem that names the field; import.wrong_state once rows are in.
 */
export async function mapImport(ground: Ground, import_id: number, input: MappingInput): Promise<ImportRow> {
  let row = await ground.store.read(SYSTEM_SCOPE, (tx) => importById(tx, import_id));
  await refuseUnless(
    ground,
    row,
    ["uploaded", "mapped", "checked", "failed", "cancelled", "undone"],
    "改对应",
    "mapped",
  );
  if (input.choices !== undefined && JSON.stringify(input.choices) !== JSON.stringify(row.choices)) {
    row = await reread(ground, row, input.choices);
  }
  const options = { ...row.options, ...input.options };
  checkMapping(input.record_kind, input.mapping, options, row.facts.columns.length);
  const { record_kind, mapping } = input;
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await keepMapping(tx, row.source_id, headerKey(row.facts), { record_kind, mapping, options }, ground.clock.now());
    await clearProblems(tx, import_id, "check");
    return changeImport(tx, import_id, {
      record_kind,
      mapping,
      options,
      state: "mapped",
      check_report: null,
      failure: null,
    });
  });
}

/** Reads the file again with what a person chose over what was detected: encoding, delimiter, header, sheet. */
async function reread(ground: Ground, row: ImportRow, choices: TableChoices): Promise<ImportRow> {
  const seen = await inspectUpload(ground, row.file_name, row, choices);
  return ground.store.write(SYSTEM_SCOPE, (tx) =>
    changeImport(tx, row.import_id, { ...seen, choices, rows: seen.facts.rows }),
  );
}

export async function chooseReading(ground: Ground, import_id: number, choices: TableChoices): Promise<ImportRow> {
  const row = await ground.store.read(SYSTEM_SCOPE, (tx) => importById(tx, import_id));
  await refuseUnless(ground, row, ["uploaded", "mapped", "checked", "failed", "undone"], "重新读取", "read again");
  return reread(ground, row, choices);
}

/** A run that has rows in cannot get another mapping: the same rows would be other records. */
async function refuseUnless(
  ground: Ground,
  row: ImportRow,
  states: readonly string[],
  action_zh: string,
  action_en: string,
): Promise<void> {
  const taken = await ground.store.read(SYSTEM_SCOPE, (tx) => takenBatches(tx, row.import_id, row.run));
  if (!states.includes(row.state) || taken.length > 0)
    throw problem("import.wrong_state", { state: row.state, action_zh, action_en });
  if (row.expired) throw problem("import.upload_gone", { file_name: row.file_name });
}

export const JOB_KINDS = {
  check: "ingest.import_check",
  run: "ingest.import_run",
  undo: "ingest.import_undo",
} as const;

const ALLOWED: Readonly<Record<keyof typeof JOB_KINDS, { states: readonly string[]; zh: string; en: string }>> = {
  check: { states: ["uploaded", "mapped", "checked", "failed", "cancelled", "undone"], zh: "检查", en: "checked" },
  // "running" without a living job is a run whose process died after somebody cancelled it.
  run: { states: ["uploaded", "mapped", "checked", "running", "failed", "cancelled", "undone"], zh: "运行", en: "run" },
  undo: { states: ["done", "running", "failed", "cancelled", "undone"], zh: "撤销", en: "undone" },
};

/** Queues a dry run, a run or an undo. @throws import.wrong_state, import.not_mapped, jobs.already_running */
export async function startImportJob(
  ground: Ground,
  import_id: number,
  what: keyof typeof JOB_KINDS,
  person_id?: number,
  settle?: (tx: Tx, job_id: string) => Promise<void>,
): Promise<string> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const job_id = await startImportJobIn(tx, ground, import_id, what, person_id);
    await settle?.(tx, job_id);
    return job_id;
  });
}

async function startImportJobIn(
  tx: Tx,
  ground: Ground,
  import_id: number,
  what: keyof typeof JOB_KINDS,
  person_id?: number,
): Promise<string> {
  const row = await importById(tx, import_id);
  const { states, zh, en } = ALLOWED[what];
  if (!states.includes(row.state))
    throw problem("import.wrong_state", { state: row.state, action_zh: zh, action_en: en });
  if (what !== "undo") {
    if (row.expired) throw problem("import.upload_gone", { file_name: row.file_name });
    if (row.mapping === null) throw problem("import.not_mapped");
  }
  await refuseWhileBusy(tx, row);
  const key = `import ${import_id}`;
  const job_id = await startJob(
    tx,
    ground,
    JOB_KINDS[what],
    { import_id },
    { key, ...(person_id === undefined ? {} : { person_id }) },
  );
  await changeImport(tx, import_id, { job_id });
  return job_id;
}

/** One job of an import at a time, whatever it does. */
async function refuseWhileBusy(tx: Tx, row: ImportRow): Promise<void> {
  const job = row.job_id === null ? undefined : await jobById(tx, row.job_id).catch(() => undefined);
  if (job?.state === "queued" || job?.state === "running")
    throw problem("jobs.already_running", { job_id: job.job_id });
}

/** Removes an import that has nothing in the lake, or forgets the file of one that has. */
export async function removeImport(ground: Ground, import_id: number): Promise<void> {
  const row = await ground.store.read(SYSTEM_SCOPE, (tx) => importById(tx, import_id));
  if (row.state === "running")
    throw problem("import.wrong_state", { state: row.state, action_zh: "删除", action_en: "deleted" });
  await forgetUpload(ground, row);
  // What came in stays, with the import it came by, so that it can still be undone.
  const empty =
    row.state !== "done" &&
    (await ground.store.read(SYSTEM_SCOPE, (tx) => takenBatches(tx, import_id, row.run))).length === 0;
  if (empty) await ground.store.write(SYSTEM_SCOPE, (tx) => deleteImport(tx, import_id));
}

/** Destroys the sealed file, its key, its rows in error, and what was shown of it. */
export async function forgetUpload(ground: Ground, row: ImportRow): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await deleteErrorRows(tx, row.import_id);
    await clearProblems(tx, row.import_id, null);
    await changeImport(tx, row.import_id, { expired: true, samples: row.facts.columns.map(() => []) });
  });
  await destroyUpload(ground, row.upload_id);
}
