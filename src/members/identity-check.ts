import type { Ground } from "../ground.ts";
import type { Tx } from "../store/index.ts";
import { memberIdAt, partyIds } from "./member-page.ts";
import { readName } from "./person-trait.ts";
import { parseBirthday } from "./profile-fact.ts";

/** Details that only the member should know, told at the counter or on the phone. */
export const DETAIL_KINDS = ["phone", "birthday", "card_no", "email", "name"] as const;
export type DetailKind = (typeof DETAIL_KINDS)[number];

export interface Detail {
  readonly kind: DetailKind;
  readonly value: string;
}

/** Kinds whose detail is not what is on file for the member. @throws members.not_found */
export async function wrongDetails(
  tx: Tx,
  ground: Ground,
  id: number,
  details: readonly Detail[],
): Promise<DetailKind[]> {
  const parties = await partyIds(tx, await memberIdAt(tx, id));
  const wrong: DetailKind[] = [];
  for (const detail of details) if (!(await detailFits(tx, ground, parties, detail))) wrong.push(detail.kind);
  return wrong;
}

/** Whether a detail is one of those that the parties of a member stated. */
export async function detailFits(
  tx: Tx,
  ground: Ground,
  parties: readonly number[],
  { kind, value }: Detail,
): Promise<boolean> {
  if (kind === "birthday") return birthdayFits(tx, parties, value);
  const tokens =
    kind === "name"
      ? "select token from members.fact where party_id = any($1::bigint[]) and field = $2 and token is not null"
      : "select token from members.holding where party_id = any($1::bigint[]) and kind = $2";
  const told = kind === "name" ? readName(value).whole : normalValue(ground, kind, value);
  if (told === undefined) return false;
  const rows = await tx.query<{ token: string }>(tokens, [parties, kind]);
  const opened = await ground.vault.open(
    tx,
    rows.map((row) => row.token),
  );
  const same = (clear: string) => (kind === "name" ? readName(clear).whole : clear) === told;
  return [...opened.values()].some((clear) => same(clear.value));
}

function normalValue(ground: Ground, kind: DetailKind, value: string): string | undefined {
  const normal = ground.vault.normalise(kind, value);
  return "never_key" in normal ? undefined : normal.value;
}

async function birthdayFits(tx: Tx, parties: readonly number[], value: string): Promise<boolean> {
  const told = parseBirthday(value.trim(), "solar");
  if (told === null) return false;
  const row = await tx.one(
    `select 1 from members.fact where party_id = any($1::bigint[]) and field = 'birthday'
       and split_part(hint, ' ', 1) = $2 and split_part(hint, ' ', 2) = $3 and split_part(hint, ' ', 3) = $4`,
    [parties, String(told.year ?? ""), String(told.month), String(told.day)],
  );
  return row !== undefined;
}
