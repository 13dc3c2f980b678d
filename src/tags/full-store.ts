import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import type { Tx } from "../store/index.ts";
import { writeValues } from "./tags-store.ts";

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The digest of a member's values; of those without the keys it has to be made now. */
function digest(without: readonly string[]): string {
  return without.length === 0 ? "digest" : `md5((value - array[${without.map(literal).join(", ")}])::text)::uuid`;
}

/** Every member with the digest of what is stored, a line each: id, tab, digest. */
export function storedDigests(tx: Tx, without: readonly string[]): AsyncIterable<Buffer> {
  return tx.client.query(copyTo(`copy (select member_id, ${digest(without)} from tags.current) to stdout`));
}

export async function digestsOf(
  tx: Tx,
  member_ids: readonly number[],
  without: readonly string[],
): Promise<ReadonlyMap<number, string>> {
  const rows = await tx.query<{ member_id: number; digest: string }>(
    `select member_id, replace(${digest(without)}::text, '-', '') as digest from tags.current where member_id = any($1)`,
    [member_ids],
  );
  return new Map(rows.map((row) => [row.member_id, row.digest]));
}

/** The ids of all members, a line each. */
export function memberLines(tx: Tx): AsyncIterable<Buffer> {
  return tx.client.query(copyTo("copy (select member_id from catalogue.members) to stdout"));
}

/** Whether every round since then was noted, and is noted still. */
export async function roundsKnownSince(tx: Tx, since: Date): Promise<boolean> {
  const row = await tx.one<{ known: boolean }>(
    "select rounds_from is null or rounds_from <= $1 as known from tags.state",
    [since],
  );
  return row?.known === true;
}

/** Members whom a round computed from the records since then. */
export async function computedSince(tx: Tx, since: Date): Promise<number[]> {
  const rows = await tx.query<{ member_id: number }>(
    "select distinct unnest(member_ids) as member_id from tags.round where at >= $1 order by 1",
    [since],
  );
  return rows.map((row) => row.member_id);
}

export async function forgetRounds(tx: Tx, before: Date): Promise<void> {
  await tx.query("delete from tags.round where at < $1", [before]);
  await tx.query("update tags.state set rounds_from = greatest(rounds_from, $1)", [before]);
}

/**
 * Writes a page of values that the lake computed: lines of member, values as JSON, wake-up day. Left out are people who
 * are no members, and members whom a round computed since then: those values are newer. @returns whose values changed.
 */
export async function fillPage(tx: Tx, lines: readonly string[], computed_since: Date, now: Date): Promise<number[]> {
  await tx.query("create temporary table tags_fill (member_id bigint, value jsonb, wake_day date) on commit drop");
  await pipeline(Readable.from([lines.join("\n"), "\n"]), tx.client.query(copyFrom("copy tags_fill from stdin")));
  await tx.query(
    `delete from tags_fill f where not exists (select from catalogue.members m where m.member_id = f.member_id)
       or f.member_id in (select unnest(member_ids) from tags.round where at >= $1)`,
    [computed_since],
  );
  const rows = await tx.query<{ member_id: number }>("select member_id from tags_fill");
  const member_ids = rows.map((row) => row.member_id);
  return writeValues(tx, "select member_id, value, wake_day from tags_fill", member_ids, now, "lake");
}
