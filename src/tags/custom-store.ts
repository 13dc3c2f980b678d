import type { Tx } from "../store/index.ts";
import type { MadeTags, StoredKind } from "./book.ts";
import type { CustomDefinition } from "./custom-definition.ts";
import { VERSIONS_SHOWN_MAX } from "./custom-limits.ts";
import type { TagDefinition } from "./definition.ts";

export type CustomAct = "create" | "change" | "archive" | "restore" | "import";

export interface CustomRow {
  readonly key: string;
  readonly definition: CustomDefinition;
  readonly kind: StoredKind;
  readonly version: number;
  readonly archived_at: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

export interface CustomVersion {
  readonly version: number;
  readonly act: CustomAct;
  readonly definition: CustomDefinition;
  readonly reason: string;
  readonly person_name: string | null;
  readonly made_at: Date;
}

/** Who changes a tag, and why. */
export interface Maker {
  readonly person_id: number | null;
  readonly name: string | null;
  readonly reason: string;
}

/** One change of what people made at a time: revisions become visible in their order, and checks see what they check. */
export async function lockCustom(tx: Tx): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtext('tags.custom'))");
}

/** Grows with every version of any tag that people made. */
export async function madeRevision(tx: Tx): Promise<number> {
  const row = await tx.one<{ revision: number | null }>("select max(version_id) as revision from tags.custom_version");
  return row?.revision ?? 0;
}

/** A tag without a worked example has one without rows, so that all tags are of one form. */
const NO_EXAMPLE: TagDefinition["example"] = { today: "", rows: {}, value: null, zh: "" };

/** What people made and did not archive. */
export async function madeTags(tx: Tx): Promise<MadeTags> {
  const revision = await madeRevision(tx);
  const rows = await customRows(tx);
  return {
    revision,
    definitions: rows
      .filter((row) => row.archived_at === null)
      .map(({ definition }) => ({ ...definition, example: NO_EXAMPLE })),
  };
}

export async function customRows(tx: Tx): Promise<CustomRow[]> {
  return tx.query<CustomRow>(
    "select key, definition, kind, version, archived_at, created_at, updated_at from tags.custom order by created_at, key",
  );
}

export async function customVersions(tx: Tx, key: string): Promise<CustomVersion[]> {
  return tx.query<CustomVersion>(
    `select version, act, definition, reason, person_name, made_at from tags.custom_version
     where key = $1 order by version desc limit ${VERSIONS_SHOWN_MAX}`,
    [key],
  );
}

/** Writes a definition as the next version of its tag. @returns the version. */
export async function writeCustom(
  tx: Tx,
  act: CustomAct,
  definition: CustomDefinition,
  kind: StoredKind,
  maker: Maker,
  now: Date,
): Promise<number> {
  const row = await tx.one<{ version: number }>(
    `insert into tags.custom as c (key, definition, kind, version, created_at, updated_at) values ($1, $2, $3, 1, $4, $4)
     on conflict (key) do update set definition = excluded.definition, version = c.version + 1, updated_at = excluded.updated_at,
       archived_at = case $5 when 'archive' then excluded.updated_at else null end
     returning version`,
    [definition.key, JSON.stringify(definition), kind, now, act],
  );
  const version = row?.version ?? 1;
  await tx.query(
    `insert into tags.custom_version (key, version, act, definition, reason, person_id, person_name, made_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [definition.key, version, act, JSON.stringify(definition), maker.reason, maker.person_id, maker.name, now],
  );
  return version;
}
