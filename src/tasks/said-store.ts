import type { Tx } from "../store/index.ts";

/** What a record said about a member. */
export interface Said {
  readonly member_id: number;
  readonly code: string;
  readonly store_code: string | null;
  readonly at: Date;
  readonly record_id: string;
}

const MEMBER_CODE = "associate_code";

/** Members by parties. */
export async function membersOfParties(tx: Tx, party_ids: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const rows = await tx.query<{ party_id: number; member_id: number }>(
    "select party_id, member_id from catalogue.parties where party_id = any($1::bigint[]) and member_id is not null",
    [party_ids],
  );
  return new Map(rows.map((row) => [row.party_id, row.member_id]));
}

/** Keeps what is new and not older than what is known. @returns those whose associate is another one than was said before */
export async function keepSaid(tx: Tx, said: readonly Said[]): Promise<Said[]> {
  const known = await tx.query<{ member_id: number; code: string; at: Date | number }>(
    "select member_id, code, at from tasks.said where member_id = any($1::bigint[]) for update",
    [said.map((one) => one.member_id)],
  );
  const before = new Map(known.map((row) => [row.member_id, row]));
  const newer = said.filter((one) => {
    const row = before.get(one.member_id);
    // what an installation from before knew has no time: -infinity
    return row === undefined || !(row.at instanceof Date) || row.at <= one.at;
  });
  await tx.execute(
    `insert into tasks.said (member_id, code, at) select * from unnest($1::bigint[], $2::text[], $3::timestamptz[])
     on conflict (member_id) do update set code = excluded.code, at = excluded.at`,
    [newer.map((one) => one.member_id), newer.map((one) => one.code), newer.map((one) => one.at.toISOString())],
  );
  return newer.filter((one) => before.get(one.member_id)?.code !== one.code);
}

/** Associates by their codes; who is named for the first time is one from now on. */
export async function associatesNamed(tx: Tx, said: readonly Said[], at: Date): Promise<ReadonlyMap<string, number>> {
  const codes = [...Map.groupBy(said, (one) => one.code)];
  await tx.execute(
    `insert into tasks.associate (code, store_code, made_at)
     select u.code, u.store_code, $3 from unnest($1::text[], $2::text[]) u (code, store_code) on conflict do nothing`,
    [
      codes.map(([code]) => code),
      codes.map(([, ones]) => ones.find((one) => one.store_code !== null)?.store_code ?? null),
      at,
    ],
  );
  const rows = await tx.query<{ code: string; associate_id: number }>(
    "select code, associate_id from tasks.associate where code = any($1) and left_at is null",
    [codes.map(([code]) => code)],
  );
  return new Map(rows.map((row) => [row.code, row.associate_id]));
}

/** Takes back what records said: whoever looked after the member before does again. */
export async function takeBackSaid(tx: Tx, record_ids: readonly string[]): Promise<void> {
  const gone = await tx.query<{ member_id: number; since: Date; open: boolean }>(
    `delete from tasks.assignment where record_id = any($1::uuid[]) returning member_id, since, until is null as open`,
    [record_ids],
  );
  for (const { member_id, since, open } of gone) {
    await tx.execute(
      `with said as (delete from tasks.said where member_id = $1)
       update tasks.assignment set until = null where $3 and assignment_id = (
         select assignment_id from tasks.assignment where member_id = $1 and until = $2 order by since desc, assignment_id desc limit 1)`,
      [member_id, since, open],
    );
  }
}

export const codeOf = (body: Readonly<Record<string, unknown>>): string | undefined => {
  const code = body[MEMBER_CODE];
  return typeof code === "string" && code.length > 0 && code.length <= 64 ? code : undefined;
};
