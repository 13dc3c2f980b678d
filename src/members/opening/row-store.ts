import type { Params } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import { contentHash, type FoundRow } from "./opening.ts";
import type { OpeningSchema } from "./opening-store.ts";

export type Giving = "draft" | "running" | "done" | "cancelled" | "undoing" | "undone";

export interface OpeningRow<Item> extends FoundRow<Item> {
  /** What giving the row made, for its undo. */
  readonly made: number | null;
}

/** What became of a row; `kept`: an undo left it as it is, for the reason given. */
export interface RowOutcome {
  readonly row: number;
  readonly state: "given" | "refused" | "undone" | "kept";
  readonly made: number | null;
  readonly why: string | null;
  readonly params: Params;
}

/** How far the giving of an opening, or its undo, has come. */
export interface Progress {
  readonly giving: Giving;
  readonly made_at: Date;
  readonly undo_reason: string | null;
  readonly waiting: number;
  readonly given: number;
  readonly refused: number;
  readonly undone: number;
  readonly kept: number;
}

/** A row for which something is not as asked. */
export interface RowException {
  readonly row: number;
  readonly owner: number;
  readonly state: RowOutcome["state"];
  readonly why: string;
  readonly params: Params;
}

/** The rows of openings that no ledger of their own keeps, and how far they have come. */
export function openingRows<Item>(schema: OpeningSchema) {
  return {
    schema,
    async add(tx: Tx, opening_id: number, rows: readonly (FoundRow<Item> & { readonly content: unknown })[]) {
      await tx.query(
        `insert into ${schema}.opening_row (opening_id, row, owner, content, item, state)
         select $1, row, owner, decode(content, 'hex'), item, 'waiting'
         from unnest($2::bigint[], $3::bigint[], $4::text[], $5::jsonb[]) as r (row, owner, content, item)`,
        [
          opening_id,
          rows.map((one) => one.row),
          rows.map((one) => one.owner),
          rows.map((one) => contentHash(one.content).toString("hex")),
          rows.map((one) => JSON.stringify(one.item)),
        ],
      );
    },
    async clear(tx: Tx, opening_id: number): Promise<void> {
      await tx.query(`delete from ${schema}.opening_row where opening_id = $1`, [opening_id]);
    },
    /** Those of these contents that an opening has brought in and that are still there. */
    async there(tx: Tx, contents: readonly unknown[]): Promise<ReadonlySet<string>> {
      const rows = await tx.query<{ content: string }>(
        `select encode(content, 'hex') as content from ${schema}.opening_row
         where state in ('given', 'kept') and content in (select decode(c, 'hex') from unnest($1::text[]) c)`,
        [contents.map((content) => contentHash(content).toString("hex"))],
      );
      return new Set(rows.map((row) => row.content));
    },
    inState: (tx: Tx, opening_id: number, state: "waiting" | "given", limit: number) =>
      tx.query<OpeningRow<Item>>(
        `select row, owner, item, made from ${schema}.opening_row where opening_id = $1 and state = $2 order by row limit $3`,
        [opening_id, state, limit],
      ),
    async write(tx: Tx, opening_id: number, outcomes: readonly RowOutcome[]): Promise<void> {
      await tx.query(
        `update ${schema}.opening_row r set state = o.state, made = o.made, why = o.why, params = o.params
         from unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::jsonb[]) as o (row, state, made, why, params)
         where r.opening_id = $1 and r.row = o.row`,
        [
          opening_id,
          outcomes.map((one) => one.row),
          outcomes.map((one) => one.state),
          outcomes.map((one) => one.made),
          outcomes.map((one) => one.why),
          outcomes.map((one) => JSON.stringify(one.params)),
        ],
      );
    },
    async members(tx: Tx, opening_id: number): Promise<number> {
      const row = await tx.one<{ members: number }>(
        `select count(distinct owner) as members from ${schema}.opening_row where opening_id = $1`,
        [opening_id],
      );
      return row?.members ?? 0;
    },
    /** Rows, or uses of what they bring, by a field of theirs; of a day by its month. */
    sums: (tx: Tx, opening_id: number, { by, month, of }: { by: string; month?: boolean; of?: string }) =>
      tx.query<{ readonly key: string | null; readonly n: number }>(
        `select left(item ->> $2, $3) as key, sum(coalesce((item ->> $4)::int, 1))::bigint as n
         from ${schema}.opening_row where opening_id = $1 group by 1 order by 1 nulls last`,
        [opening_id, by, month === true ? "2027-01".length : 200, of ?? ""],
      ),
    ...givingStore(schema),
  };
}
export type OpeningRows<Item> = ReturnType<typeof openingRows<Item>>;

function givingStore(schema: OpeningSchema) {
  return {
    async giving(tx: Tx, opening_id: number): Promise<Giving | undefined> {
      return (
        await tx.one<{ giving: Giving }>(`select giving from ${schema}.opening where opening_id = $1 for update`, [
          opening_id,
        ])
      )?.giving;
    },
    async setGiving(tx: Tx, opening_id: number, giving: Giving, undo_reason: string | null = null): Promise<void> {
      await tx.query(
        `update ${schema}.opening set giving = $2, undo_reason = coalesce($3, undo_reason) where opening_id = $1`,
        [opening_id, giving, undo_reason],
      );
    },
    async progress(tx: Tx, opening_id: number): Promise<Progress | undefined> {
      return tx.one<Progress>(
        `select giving, made_at, undo_reason, r.* from ${schema}.opening o cross join lateral (
           select count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'given') as given,
             count(*) filter (where state = 'refused') as refused, count(*) filter (where state = 'undone') as undone,
             count(*) filter (where state = 'kept') as kept
           from ${schema}.opening_row r where r.opening_id = o.opening_id) r
         where o.opening_id = $1`,
        [opening_id],
      );
    },
    exceptions: (tx: Tx, opening_id: number, { after, limit }: { readonly after: number; readonly limit: number }) =>
      tx.query<RowException>(
        `select row, owner, state, why, params from ${schema}.opening_row
         where opening_id = $1 and row > $2 and why is not null order by row limit $3`,
        [opening_id, after, limit],
      ),
    /** One portion at a time, so that of two files with the same row one comes first. */
    async lock(tx: Tx): Promise<void> {
      await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`${schema}.opening`]);
    },
  };
}
