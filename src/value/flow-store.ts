import type { Tx } from "../store/index.ts";

export type FlowKind = "lifecycle" | "rfm";

export interface Flow {
  readonly month: string;
  readonly from_state: string;
  readonly to_state: string;
  readonly members: number;
  readonly closed_members: number | null;
}

export interface FlowRun {
  readonly kind: FlowKind;
  readonly first_month: string;
  readonly through_day: string;
  readonly version: number | null;
  readonly engine: string;
  readonly computed_at: Date;
}

/** Up to so many members the records answer; above it the lake does. */
export const RECORDS_MAX = 50_000;

export async function membersTotal(tx: Tx): Promise<number> {
  return (await tx.one<{ members: number }>("select count(*) as members from catalogue.members"))?.members ?? 0;
}

/**
 * The select that counts, in one pass over `plan`, who moved from where to where between the ends.
 * @param plan a select of `joined_day`, `leaves_out` and one state for each end, named s0, s1, …
 * @param days the ends; who had not joined by then and has no other place is "outside".
 */
export function flowSelect(plan: string, days: readonly string[], nowhere: string): string {
  const state = (i: number) =>
    `case when s${i} = '${nowhere}' and joined_day > date '${days[i]}' then 'outside' else s${i} end`;
  const states = days.map((_, i) => `${state(i)} as e${i}`).join(", ");
  const parts = days.slice(1).map(
    (_, i) => `select ${i + 1} as place, e${i} as from_state, e${i + 1} as to_state, cast(count(*) as bigint) as members
      from placed where e${i + 1} <> 'outside' group by 2, 3`,
  );
  return `with placed as materialized (select ${states} from (${plan}) p where not leaves_out) ${parts.join(" union all ")}`;
}

/**
 * Puts the flows of all months in place of the earlier ones. A closed month keeps what it was first closed with.
 * @param closed the months that are closed.
 */
export async function writeFlows(
  tx: Tx,
  run: FlowRun,
  flows: readonly Omit<Flow, "closed_members">[],
  closed: readonly string[],
): Promise<void> {
  const before = await tx.query<Flow>(
    "select month, from_state, to_state, members, closed_members from value.month_flow where kind = $1",
    [run.kind],
  );
  // other thresholds make other cells: what a month was closed with by the old ones says nothing beside them
  const same = (await flowRun(tx, run.kind))?.version === run.version;
  const known = new Map(
    before.map((flow) => [`${flow.month} ${flow.from_state} ${flow.to_state}`, flow.closed_members]),
  );
  const kept = new Set(same ? before.filter((flow) => flow.closed_members !== null).map((flow) => flow.month) : []);
  const merged = new Map(
    before
      .filter((flow) => kept.has(flow.month) && closed.includes(flow.month) && (flow.closed_members ?? 0) > 0)
      .map((flow) => [`${flow.month} ${flow.from_state} ${flow.to_state}`, { ...flow, members: 0 }]),
  );
  for (const flow of flows) {
    const key = `${flow.month} ${flow.from_state} ${flow.to_state}`;
    const first = kept.has(flow.month) ? (known.get(key) ?? 0) : flow.members;
    merged.set(key, { ...flow, closed_members: closed.includes(flow.month) ? first : null });
  }
  const rows = [...merged.values()];
  await tx.query("delete from value.month_flow where kind = $1", [run.kind]);
  await tx.query(
    `insert into value.month_flow (kind, month, from_state, to_state, members, closed_members)
     select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])`,
    [
      run.kind,
      rows.map((row) => row.month),
      rows.map((row) => row.from_state),
      rows.map((row) => row.to_state),
      rows.map((row) => row.members),
      rows.map((row) => row.closed_members),
    ],
  );
  await tx.query("delete from value.month_flow_run where kind = $1", [run.kind]);
  await tx.query(
    `insert into value.month_flow_run (kind, first_month, through_day, version, engine, computed_at) values ($1, $2, $3, $4, $5, $6)`,
    [run.kind, run.first_month, run.through_day, run.version, run.engine, run.computed_at],
  );
}

export async function flowRun(tx: Tx, kind: FlowKind): Promise<FlowRun | undefined> {
  return tx.one<FlowRun>(
    "select kind, first_month, through_day, version, engine, computed_at from value.month_flow_run where kind = $1",
    [kind],
  );
}

export async function flowsOf(tx: Tx, kind: FlowKind): Promise<Flow[]> {
  return tx.query<Flow>(
    `select month, from_state, to_state, members, closed_members from value.month_flow where kind = $1
     order by month, from_state, to_state`,
    [kind],
  );
}

/** Stores in whose name nothing was sold in the days before the day, though something was before. */
export async function closedStores(tx: Tx, business_day: string, quiet_days: number): Promise<string[]> {
  const rows = await tx.query<{ store_code: string }>(
    `select store_code from catalogue.orders where store_code is not null group by store_code
     having max(business_day) < $1::date - $2::int order by store_code`,
    [business_day, quiet_days],
  );
  return rows.map((row) => row.store_code);
}

export interface Silence {
  readonly stage: "soon" | "silent" | "lost";
  readonly members: number;
  readonly reasons: readonly { readonly key: string; readonly members: number; readonly primary: number }[];
  readonly categories: readonly { readonly category: string | null; readonly members: number }[];
  readonly closed_stores: readonly string[];
  readonly business_day: string;
  readonly computed_at: Date;
}

export async function writeSilence(tx: Tx, rows: readonly Silence[]): Promise<void> {
  await tx.query("delete from value.silence");
  for (const row of rows) {
    await tx.query(
      `insert into value.silence (stage, members, reasons, categories, closed_stores, business_day, computed_at)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [
        row.stage,
        row.members,
        JSON.stringify(row.reasons),
        JSON.stringify(row.categories),
        JSON.stringify(row.closed_stores),
        row.business_day,
        row.computed_at,
      ],
    );
  }
}

export async function silenceRows(tx: Tx): Promise<Silence[]> {
  return tx.query<Silence>(
    "select stage, members, reasons, categories, closed_stores, business_day, computed_at from value.silence",
  );
}

export interface SilentMember {
  readonly member_id: number;
  readonly stage: string;
  /** The primary one first. */
  readonly reasons: readonly string[];
}

export async function writeSilentMembers(tx: Tx, portions: readonly (readonly SilentMember[])[]): Promise<void> {
  await tx.query("delete from value.silent_member");
  for (const rows of portions) {
    await tx.query(
      `insert into value.silent_member (member_id, stage, reasons)
       select member_id, stage, string_to_array(reasons, ',') from unnest($1::bigint[], $2::text[], $3::text[]) as r (member_id, stage, reasons)`,
      [rows.map((row) => row.member_id), rows.map((row) => row.stage), rows.map((row) => row.reasons.join(","))],
    );
  }
}

/** Member ids of a group, of those with a sign, by number. @param stores those a person may see, or null for all. */
export async function silentPage(
  tx: Tx,
  wanted: { readonly stage: string; readonly reason?: string | undefined; readonly primary?: boolean | undefined },
  stores: readonly string[] | null,
  after: number,
  limit: number,
): Promise<number[]> {
  const rows = await tx.query<{ member_id: number }>(
    `select s.member_id from value.silent_member s
     where s.stage = $1 and s.member_id > $2 and ($3::text is null or $3 = any(case when $4 then s.reasons[1:1] else s.reasons end))
       and ($5::text[] is null or exists (select from catalogue.members m where m.member_id = s.member_id and m.home_store_code = any($5)))
     order by s.member_id limit $6`,
    [wanted.stage, after, wanted.reason ?? null, wanted.primary ?? false, stores, limit],
  );
  return rows.map((row) => row.member_id);
}
