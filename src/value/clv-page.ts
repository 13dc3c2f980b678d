import { problem } from "../platform/index.ts";
import type { Scope, Tx } from "../store/index.ts";
import { type Band, BANDS } from "./clv.ts";

export interface BandRow {
  readonly band: Band;
  readonly members: number;
  readonly clv_minor: number;
  readonly expected_value_minor: number | null;
}

/** All three bands, also the empty ones. */
export async function bandRows(tx: Tx): Promise<BandRow[]> {
  const rows = await tx.query<BandRow>(
    `select band, count(*) as members, sum(clv_minor)::bigint as clv_minor, sum(expected_value_minor)::bigint as expected_value_minor
     from value.clv_member group by band`,
  );
  return BANDS.map(
    (band) => rows.find((row) => row.band === band) ?? { band, members: 0, clv_minor: 0, expected_value_minor: null },
  );
}

export interface Bucket {
  readonly from_minor: number;
  /** Exclusive; null for the last one. */
  readonly to_minor: number | null;
  readonly members: number;
}

const BUCKETS = 10;

/** Members by value in buckets of a round width; what lies above the 95th of a hundred is in the last one. */
export async function distribution(tx: Tx): Promise<Bucket[]> {
  const row = await tx.one<{ most: number | null }>(
    "select percentile_disc(0.95) within group (order by clv_minor) as most from value.clv_member",
  );
  if (row === undefined || row.most === null) return [];
  const width = roundStep(Math.max(1, row.most / BUCKETS));
  const rows = await tx.query<{ bucket: number; members: number }>(
    `select least($2::bigint, greatest(0, clv_minor / $1::bigint))::int as bucket, count(*) as members from value.clv_member group by 1`,
    [width, BUCKETS],
  );
  const members = new Map(rows.map((one) => [one.bucket, one.members]));
  return Array.from({ length: BUCKETS + 1 }, (_, i) => ({
    from_minor: i * width,
    to_minor: i === BUCKETS ? null : (i + 1) * width,
    members: members.get(i) ?? 0,
  }));
}

/** The next of 1, 2, 5 times a power of ten. */
export function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const first = step / power;
  return Math.round((first <= 1 ? 1 : first <= 2 ? 2 : first <= 5 ? 5 : 10) * power);
}

export interface ClvWanted {
  readonly band?: Band;
  readonly cell?: string;
  readonly from_minor?: number;
  readonly to_minor?: number;
}

/** Member ids behind a band, an RFM cell or a bucket, largest value first. */
export async function clvPage(
  tx: Tx,
  wanted: ClvWanted,
  scope: Scope,
  cursor: string | undefined,
  limit: number,
): Promise<{ member_ids: number[]; next_cursor: string | null }> {
  const place = readPlace(cursor);
  const rows = await tx.query<{ member_id: number; clv_minor: number }>(
    `select c.member_id, c.clv_minor from value.clv_member c
     where ($1::text is null or c.band = $1)
       and ($2::text is null or exists (select from value.rfm_member r where r.member_id = c.member_id and r.class || r.level = $2))
       and ($3::bigint is null or c.clv_minor >= $3) and ($4::bigint is null or c.clv_minor < $4)
       and ($5::bigint is null or (c.clv_minor, c.member_id) < ($5, $6))
       and ($7::text[] is null or exists (select from catalogue.members m where m.member_id = c.member_id and m.home_store_code = any($7)))
     order by c.clv_minor desc, c.member_id desc limit $8`,
    [
      wanted.band ?? null,
      wanted.cell ?? null,
      wanted.from_minor ?? null,
      wanted.to_minor ?? null,
      place?.[0] ?? null,
      place?.[1] ?? null,
      scope.stores === "all" ? null : scope.stores,
      limit,
    ],
  );
  const last = rows.at(-1);
  return {
    member_ids: rows.map((row) => row.member_id),
    next_cursor: rows.length === limit && last !== undefined ? writePlace([last.clv_minor, last.member_id]) : null,
  };
}

export const writePlace = (place: readonly [number, number]) => Buffer.from(place.join(":")).toString("base64url");

/** @throws value.cursor_invalid */
export function readPlace(cursor: string | undefined): readonly [number, number] | undefined {
  if (cursor === undefined || cursor === "") return undefined;
  const [first, second, ...more] = Buffer.from(cursor, "base64url").toString("utf8").split(":").map(Number);
  if (more.length > 0 || !Number.isSafeInteger(first) || !Number.isSafeInteger(second))
    throw problem("value.cursor_invalid");
  return [first ?? 0, second ?? 0];
}
