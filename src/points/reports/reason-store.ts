import type { BusinessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";

export interface Reason {
  readonly reference: string;
  readonly reason: string;
  readonly last_day: BusinessDay | null;
  /** How that day moves on ('P12M'); null: it stays. */
  readonly slide: string | null;
}

/** Keeps why points are moved by hand. @returns what stands there: for a request that came before, what it said then */
export async function keepReason(
  tx: Tx,
  wish: Reason & { readonly person_id: number | null; at: Date },
): Promise<Reason & { readonly at: Date }> {
  await tx.query(
    `insert into points.reason (reference, reason, last_day, slide, person_id, at) values ($1, $2, $3, $4, $5, $6)
     on conflict (reference) do nothing`,
    [wish.reference, wish.reason, wish.last_day, wish.slide, wish.person_id, wish.at],
  );
  const kept = await tx.one<Reason & { readonly at: Date }>(
    "select reference, reason, last_day, slide, at from points.reason where reference = $1",
    [wish.reference],
  );
  return kept ?? wish;
}

/** Why points moved, for references whose reason somebody wrote: by hand, or a grant to many under its name. */
export async function reasonsOf(tx: Tx, references: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.query<{ reference: string; reason: string }>(
    `select reference, reason from points.reason where reference = any($1::text[])
     union all
     select r.reference, b.name from unnest($1::text[]) r (reference) join points.bulk b
       on split_part(r.reference, ':', 1) = 'grant' and b.bulk_id::text = split_part(r.reference, ':', 2)`,
    [references],
  );
  return new Map(rows.map(({ reference, reason }) => [reference, reason]));
}
