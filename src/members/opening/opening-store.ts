import type { Params } from "../../platform/index.ts";
import { problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { OpeningReading } from "./columns.ts";

export type OpeningState = "new" | "checked" | "posted" | "undone";

/** A file that brings something in from the system before, as far as all kinds are alike. */
export interface Opening<Totals = unknown, Stated = Totals> {
  readonly opening_id: number;
  readonly import_id: number;
  readonly file_name: string;
  readonly file_hash: Buffer;
  readonly reading: OpeningReading;
  readonly state: OpeningState;
  readonly job_id: string | null;
  readonly rows: number;
  readonly totals: Totals | null;
  readonly stated: Stated | null;
  readonly checked_at: Date | null;
  readonly signed_at: Date | null;
  /** Rows that bring nothing in. */
  readonly wrong: number;
}

/** Why a row brings nothing in. */
export interface RowProblem {
  readonly row: number;
  readonly code: string;
  readonly params: Params;
  readonly member_masked: string | null;
}

/** Each kind has its tables in its own schema, all of one form. */
export type OpeningSchema = "tiers" | "points" | "benefits";

interface Change {
  readonly state?: OpeningState;
  readonly stated?: unknown;
  readonly job_id?: string;
  readonly signed_at?: Date;
}

/** @param own columns that openings of this kind have beside the common ones */
export function openingStore<O extends Opening>(schema: OpeningSchema, own: readonly string[] = []) {
  const columns = `${own.map((name) => `${name}, `).join("")}opening_id, import_id, file_name, file_hash, reading, state, job_id, rows, totals,
    stated, checked_at, signed_at, (select count(*) from ${schema}.opening_problem p where p.opening_id = o.opening_id) as wrong`;
  return {
    schema,
    /** @throws members.opening_unknown */
    async byId(tx: Tx, opening_id: number, lock = false): Promise<O> {
      const row = await tx.one<O>(
        `select ${columns} from ${schema}.opening o where opening_id = $1 ${lock ? "for update" : ""}`,
        [opening_id],
      );
      if (row === undefined) throw problem("members.opening_unknown", { opening_id });
      return row;
    },
    /** Newest first. */
    list: (tx: Tx, limit: number) =>
      tx.query<O>(`select ${columns} from ${schema}.opening o order by opening_id desc limit $1`, [limit]),
    async insert(
      tx: Tx,
      opening: Pick<Opening, "import_id" | "file_name" | "file_hash" | "reading">,
      more: Readonly<Record<string, unknown>>,
    ): Promise<number> {
      const names = Object.keys(more);
      const row = await tx.one<{ opening_id: number }>(
        `insert into ${schema}.opening (import_id, file_name, file_hash, reading, state${names.map((name) => `, ${name}`).join("")})
         values ($1, $2, $3, $4, 'new'${names.map((_, i) => `, $${i + 5}`).join("")}) returning opening_id`,
        [
          opening.import_id,
          opening.file_name,
          opening.file_hash,
          JSON.stringify(opening.reading),
          ...Object.values(more),
        ],
      );
      return row?.opening_id ?? 0;
    },
    ...stateStore(schema),
    ...problemStore(schema),
  };
}
export type OpeningStore<O extends Opening> = ReturnType<typeof openingStore<O>>;

/** What becomes of an opening, step by step. */
function stateStore(schema: OpeningSchema) {
  return {
    /** Takes away what an earlier reading of the file left. */
    async clear(tx: Tx, opening_id: number): Promise<void> {
      await tx.query(`delete from ${schema}.opening_problem where opening_id = $1`, [opening_id]);
      await tx.query(
        `update ${schema}.opening set state = 'new', rows = 0, totals = null, checked_at = null where opening_id = $1`,
        [opening_id],
      );
    },
    /** The file is read to its end: from here on it can be signed. */
    async checked(tx: Tx, opening_id: number, { rows, totals, now }: { rows: number; totals: unknown; now: Date }) {
      await tx.query(
        `update ${schema}.opening set state = 'checked', rows = $2, totals = $3, checked_at = $4 where opening_id = $1`,
        [opening_id, rows, JSON.stringify(totals), now],
      );
    },
    async set(tx: Tx, opening_id: number, change: Change): Promise<void> {
      await tx.query(
        `update ${schema}.opening set state = coalesce($2, state), stated = coalesce($3, stated), job_id = coalesce($4, job_id),
           signed_at = coalesce($5, signed_at) where opening_id = $1`,
        [
          opening_id,
          change.state ?? null,
          change.stated === undefined ? null : JSON.stringify(change.stated),
          change.job_id ?? null,
          change.signed_at ?? null,
        ],
      );
    },
    /** Whether a file of this content was brought in and not taken back. */
    async isPosted(tx: Tx, file_hash: Buffer): Promise<boolean> {
      const row = await tx.one(`select 1 from ${schema}.opening where file_hash = $1 and state = 'posted'`, [
        file_hash,
      ]);
      return row !== undefined;
    },
    async remove(tx: Tx, opening_id: number): Promise<void> {
      await tx.query(`delete from ${schema}.opening where opening_id = $1`, [opening_id]);
    },
  };
}

function problemStore(schema: OpeningSchema) {
  return {
    async addProblems(tx: Tx, opening_id: number, problems: readonly RowProblem[]): Promise<void> {
      await tx.query(
        `insert into ${schema}.opening_problem (opening_id, row, code, params, member_masked)
         select $1, * from unnest($2::bigint[], $3::text[], $4::jsonb[], $5::text[])`,
        [
          opening_id,
          problems.map((one) => one.row),
          problems.map((one) => one.code),
          problems.map((one) => JSON.stringify(one.params)),
          problems.map((one) => one.member_masked),
        ],
      );
    },
    /** @param after the row after which the page begins; null: the first page */
    problemsOf: (
      tx: Tx,
      opening_id: number,
      { after, limit }: { readonly after: number | null; readonly limit: number },
    ) =>
      tx.query<RowProblem>(
        `select row, code, params, member_masked from ${schema}.opening_problem
         where opening_id = $1 and ($2::bigint is null or row > $2) order by row limit $3`,
        [opening_id, after, limit],
      ),
    /** How many rows each reason keeps out, with the first of them as an example. */
    problemCounts: (tx: Tx, opening_id: number) =>
      tx.query<{ readonly code: string; readonly rows: number; readonly params: Params }>(
        `select code, count(*) as rows, (array_agg(params order by row))[1] as params from ${schema}.opening_problem
         where opening_id = $1 group by code order by rows desc, code`,
        [opening_id],
      ),
  };
}
