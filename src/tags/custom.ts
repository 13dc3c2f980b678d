import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import { type Scope, startJob, type Tx } from "../store/index.ts";
import type { TagBook } from "./book.ts";
import { brokenOthers, checkDefinition, type CheckedDefinition, type Others } from "./custom-check.ts";
import { tagsNamed } from "./abstention.ts";
import type { CustomDefinition } from "./custom-definition.ts";
import { CUSTOM_TAGS_MAX, IMPORT_BYTES_MAX, IMPORT_TAGS_MAX, PROBLEMS_MAX } from "./custom-limits.ts";
import { type CustomAct, type CustomRow, customRows, lockCustom, type Maker, writeCustom } from "./custom-store.ts";
import { type TagUse, usesOf } from "./custom-usage.ts";
import type { TagProblem } from "./lint.ts";
import { followSwitches } from "./switch-store.ts";

export interface Kept {
  readonly key: string;
  readonly version: number;
  /** The computation that gives everyone the new values; the old ones stand until then. */
  readonly job_id: string;
}

const FORMAT = "huitou.tags/1";

/** The definitions of one file: of one tag or of all. */
export interface TagDocument {
  readonly format: string;
  readonly tags: readonly CustomDefinition[];
}

/** Keeps a new tag. @throws tags.bad_definition with every problem; tags.key_taken, tags.too_many. */
export async function createCustom(ground: Ground, book: TagBook, scope: Scope, input: unknown, maker: Maker) {
  return change(ground, book, scope, maker, async (tx, rows) => {
    const checked = readRight(ground, book, liveOf(rows), input);
    const { key } = checked.definition;
    if (rows.some((row) => row.key === key)) throw problem("tags.key_taken", { key });
    roomFor(rows, 1);
    return [await keep(tx, ground, "create", checked, undefined, maker)];
  });
}

/** Keeps a new version of a tag. @throws tags.not_custom, tags.bad_definition, tags.kind_changes, tags.breaks_others. */
export async function changeCustom(
  ground: Ground,
  book: TagBook,
  scope: Scope,
  key: string,
  input: unknown,
  maker: Maker,
) {
  return change(ground, book, scope, maker, async (tx, rows) => {
    const row = rowOf(rows, key);
    if (row.archived_at !== null) throw problem("tags.archived", { key });
    if ((input as { key?: unknown } | null)?.key !== key) throw problem("tags.key_fixed", { key });
    const live = liveOf(rows);
    const checked = readRight(ground, book, live, input);
    refuseBroken(ground, book, new Map(live).set(key, checked.definition));
    return [await keep(tx, ground, "change", checked, row, maker)];
  });
}

/** Takes a tag out of use; its versions stay. @throws tags.in_use with what names it. */
export async function archiveCustom(ground: Ground, book: TagBook, scope: Scope, key: string, maker: Maker) {
  return change(ground, book, scope, maker, async (tx, rows) => {
    const row = rowOf(rows, key);
    if (row.archived_at !== null) throw problem("tags.archived", { key });
    const uses = [...tagUses(rows, key), ...(await usesOf(tx, ground, key))];
    if (uses.length > 0) {
      const names = (language: "zh" | "en") => uses.map((use) => use[language]).join(language === "zh" ? "、" : ", ");
      throw problem("tags.in_use", { key, uses_zh: names("zh"), uses_en: names("en") }, uses);
    }
    const version = await writeCustom(tx, "archive", row.definition, row.kind, maker, ground.clock.now());
    return [{ key, version }];
  });
}

/** Brings an archived tag back as it was, if it still fits. */
export async function restoreCustom(ground: Ground, book: TagBook, scope: Scope, key: string, maker: Maker) {
  return change(ground, book, scope, maker, async (tx, rows) => {
    const row = rowOf(rows, key);
    if (row.archived_at === null) throw problem("tags.not_archived", { key });
    roomFor(rows, 1);
    return [await keep(tx, ground, "restore", readRight(ground, book, liveOf(rows), row.definition), row, maker)];
  });
}

export interface ImportPlan {
  readonly key: string;
  readonly zh: string;
  readonly act: "create" | "change";
}

/**
 * Keeps all tags of a document or none. Definitions may name each other in any order; nothing of them is evaluated.
 * @param options.replace whether tags that exist get a new version; otherwise they are an error
 * @param options.dry_run only says what would be done
 */
export async function importCustom(
  ground: Ground,
  book: TagBook,
  scope: Scope,
  document: unknown,
  options: { readonly replace: boolean; readonly dry_run: boolean },
  maker: Maker,
): Promise<{ plan: ImportPlan[]; kept: Kept[] }> {
  const inputs = documentTags(document);
  let plan: ImportPlan[] = [];
  const run = async (tx: Tx, rows: readonly CustomRow[]) => {
    const checked = checkAll(ground, book, rows, inputs);
    const known = new Map(rows.map((row) => [row.key, row]));
    plan = checked.map(({ definition: { key, zh } }) => ({ key, zh, act: known.has(key) ? "change" : "create" }));
    const taken = plan.find(({ act }) => act === "change");
    if (taken !== undefined && !options.replace && !options.dry_run)
      throw problem("tags.key_taken", { key: taken.key });
    roomFor(rows, plan.filter(({ act }) => act === "create").length);
    if (options.dry_run) return [];
    const kept = [];
    for (const one of checked) kept.push(await keep(tx, ground, "import", one, known.get(one.definition.key), maker));
    return kept;
  };
  if (options.dry_run) {
    await ground.store.read(scope, async (tx) => {
      await followSwitches(tx, book);
      await run(tx, await customRows(tx));
    });
    return { plan, kept: [] };
  }
  return { plan, kept: await change(ground, book, scope, maker, run) };
}

/** @returns the document of one tag, or of all that are not archived. */
export function exportCustom(rows: readonly CustomRow[], key?: string): TagDocument {
  const wanted = rows.filter((row) => (key === undefined ? row.archived_at === null : row.key === key));
  if (key !== undefined && wanted.length === 0) throw problem("tags.not_custom", { key });
  return { format: FORMAT, tags: wanted.map(({ definition }) => definition) };
}

/** Tags that people made and did not archive which name this one. */
export function tagUses(rows: readonly CustomRow[], key: string): TagUse[] {
  return rows
    .filter((row) => row.archived_at === null && row.key !== key)
    .filter(({ definition }) => tagsNamed([definition.expression, definition.reason.parts]).has(key))
    .map(({ key: id, definition }) => ({ kind: "tag", id, zh: definition.zh, en: definition.en }));
}

type Written = Omit<Kept, "job_id">;

/** One change under the lock, then everyone is computed again by a job; this process follows at once. */
async function change(
  ground: Ground,
  book: TagBook,
  scope: Scope,
  maker: Maker,
  work: (tx: Tx, rows: readonly CustomRow[]) => Promise<Written[]>,
): Promise<Kept[]> {
  const kept = await ground.store.write(scope, async (tx) => {
    await lockCustom(tx);
    await followSwitches(tx, book);
    const written = await work(tx, await customRows(tx));
    const name = written.map(({ key, version }) => `${key} ${version}`).join(", ");
    // a key of its own: a full computation that already runs has begun with other definitions
    const key = `custom ${name}`.slice(0, 200);
    const job_id = await startJob(tx, ground, "tags.full", {}, { key, person_id: maker.person_id });
    return written.map((one) => ({ ...one, job_id }));
  });
  await ground.store.read(scope, (tx) => followSwitches(tx, book));
  return kept;
}

async function keep(
  tx: Tx,
  ground: Ground,
  act: CustomAct,
  { definition, kind }: CheckedDefinition,
  row: CustomRow | undefined,
  maker: Maker,
): Promise<Written> {
  const { key } = definition;
  // values stored by the version before are read until the new ones are there: they must stay readable
  if (row !== undefined && row.kind !== kind) throw problem("tags.kind_changes", { key, from: row.kind, to: kind });
  return { key, version: await writeCustom(tx, act, definition, kind, maker, ground.clock.now()) };
}

function readRight(ground: Ground, book: TagBook, live: Others, input: unknown): CheckedDefinition {
  const result = checkDefinition(ground, book, live, input);
  if (!result.ok) throw badDefinition(result.problems);
  return result;
}

type Named = Pick<CustomDefinition, "key" | "zh" | "en" | "expression">;

function checkAll(ground: Ground, book: TagBook, rows: readonly CustomRow[], inputs: readonly unknown[]) {
  const others = new Map<string, Named>(liveOf(rows));
  for (const input of inputs) {
    const { key, zh, en, expression } = input as CustomDefinition;
    if (typeof key === "string" && typeof zh === "string" && typeof en === "string")
      others.set(key, { key, zh, en, expression });
  }
  const keys = new Set<string>();
  const problems: TagProblem[] = [];
  const checked = inputs.flatMap((input, index) => {
    const result = checkDefinition(ground, book, others, input);
    if (!result.ok) {
      problems.push(...result.problems.map(({ path, zh, en }) => ({ path: `tags[${index}].${path}`, zh, en })));
      return [];
    }
    const { key } = result.definition;
    if (keys.has(key)) {
      const path = `tags[${index}].key`;
      problems.push({ path, zh: `键“${key}”在文件里出现两次`, en: `the key ${key} stands twice in the document` });
    }
    keys.add(key);
    return [result];
  });
  if (problems.length > 0) throw badDefinition(problems);
  refuseBroken(ground, book, others);
  return checked;
}

function documentTags(document: unknown): readonly Record<string, unknown>[] {
  const { format, tags, ...rest } = (document ?? {}) as Record<string, unknown>;
  const right = format === FORMAT && Array.isArray(tags) && Object.keys(rest).length === 0;
  if (!right || !tags.every((tag) => typeof tag === "object" && tag !== null))
    throw problem("tags.bad_document", { format: FORMAT });
  if (tags.length === 0 || tags.length > IMPORT_TAGS_MAX)
    throw problem("tags.import_size", { max: IMPORT_TAGS_MAX, bytes: IMPORT_BYTES_MAX });
  return tags as Record<string, unknown>[];
}

function badDefinition(problems: readonly TagProblem[]) {
  const first = problems[0];
  return problem(
    "tags.bad_definition",
    { count: problems.length, path: first?.path ?? "", first_zh: first?.zh ?? "", first_en: first?.en ?? "" },
    problems.slice(0, PROBLEMS_MAX),
  );
}

function refuseBroken(ground: Ground, book: TagBook, after: Others): void {
  const problems = brokenOthers(ground, book, after);
  const first = problems[0];
  if (first !== undefined) throw problem("tags.breaks_others", { first_zh: first.zh, first_en: first.en }, problems);
}

/** What people made and did not archive, by key. */
export function liveOf(rows: readonly CustomRow[]): Map<string, CustomDefinition> {
  return new Map(rows.filter((row) => row.archived_at === null).map(({ key, definition }) => [key, definition]));
}

function rowOf(rows: readonly CustomRow[], key: string): CustomRow {
  const row = rows.find((one) => one.key === key);
  if (row === undefined) throw problem("tags.not_custom", { key });
  return row;
}

function roomFor(rows: readonly CustomRow[], more: number): void {
  if (rows.filter((row) => row.archived_at === null).length + more > CUSTOM_TAGS_MAX)
    throw problem("tags.too_many", { max: CUSTOM_TAGS_MAX });
}
