import { problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import { insertMessages, type Requested } from "./message-store.ts";

export const SEEDS_MAX = 20;
const SOURCE = "test";

export interface SeedRow {
  readonly member_id: number;
  readonly person_id: number | null;
  readonly note: string;
  readonly added_by: number | null;
  readonly added_at: Date;
}

export function seedMembers(tx: Tx): Promise<SeedRow[]> {
  return tx.query("select member_id, person_id, note, added_by, added_at from channels.seed_member order by place");
}

/** Which of these members stand on the seed list. */
export async function seedsAmong(tx: Tx, member_ids: readonly number[]): Promise<ReadonlySet<number>> {
  const rows = await tx.query<{ member_id: number }>(
    "select member_id from channels.seed_member where member_id = any($1::bigint[])",
    [member_ids],
  );
  return new Set(rows.map(({ member_id }) => member_id));
}

/** Puts a member on the list, or changes what stands there; a person's own account is one. @throws channels.seeds_full */
export async function saveSeed(
  tx: Tx,
  seed: Pick<SeedRow, "member_id" | "person_id" | "note">,
  by: { readonly person_id: number | null; readonly now: Date },
): Promise<void> {
  const { member_id, person_id, note } = seed;
  if (person_id !== null)
    await tx.query("update channels.seed_member set person_id = null where person_id = $1 and member_id <> $2", [
      person_id,
      member_id,
    ]);
  const saved = await tx.execute(
    `insert into channels.seed_member as s (member_id, place, person_id, note, added_by, added_at)
     select $1, n, $2, $3, $4, $5 from generate_series(1, ${SEEDS_MAX}) n
     where exists (select from channels.seed_member k where k.member_id = $1) or not exists (select from channels.seed_member p where p.place = n)
     order by n limit 1
     on conflict (member_id) do update set person_id = excluded.person_id, note = excluded.note`,
    [member_id, person_id, note, by.person_id, by.now],
  );
  if (saved === 0) throw problem("channels.seeds_full", { limit: SEEDS_MAX });
}

export async function removeSeed(tx: Tx, member_id: number): Promise<void> {
  await tx.query("delete from channels.seed_member where member_id = $1", [member_id]);
}

export interface TestRequest {
  readonly template: string;
  readonly version: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly member_ids: readonly number[];
  /** The same key again is the same messages. */
  readonly key: string;
}

/** Asks for a template to be tried on members; whether they stand on the seed list is looked at again by the gate. @throws channels.test_other */
export async function requestTests(tx: Tx, wanted: TestRequest, now: Date): Promise<Requested> {
  const { template, version, variables, member_ids, key } = wanted;
  const requests = member_ids.map((member_id) => ({
    effect_key: `${key}.${member_id}`,
    member_id,
    template,
    variables,
    priority: 9,
  }));
  const made = await insertMessages(tx, SOURCE, requests, now, version);
  const other = await tx.one<{ found: boolean }>(
    `select exists (select from channels.message where source = $1 and effect_key like $2
       and (template <> $3 or test_version <> $4 or variables::jsonb <> $5::jsonb)) as found`,
    [SOURCE, `${key.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}.%`, template, version, JSON.stringify(variables)],
  );
  if (other?.found === true) throw problem("channels.test_other");
  return made;
}
