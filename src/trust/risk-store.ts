import { SHIPPED_RISKS } from "../../definitions/trust/risks.ts";
import { problem } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";
import { classOf, type Class, type RiskContent, scoreOf } from "./risk-definition.ts";

export interface DrillRow {
  readonly drill_id: number;
  readonly risk_key: string;
  readonly held_on: string;
  readonly scenario: string;
  readonly leader: string;
  readonly result: "passed" | "partly" | "failed";
  readonly findings: string;
  readonly next_steps: string;
  readonly created_at: Date;
}

export interface RiskView extends RiskContent {
  readonly key: string;
  readonly shipped: boolean;
  /** 0: as it is shipped. */
  readonly version: number;
  readonly changed_at: Date | null;
  readonly score: number;
  readonly class: Class;
  readonly drills: readonly DrillRow[];
}

interface StoredRisk {
  readonly risk_key: string;
  readonly content: RiskContent;
  readonly version: number;
  readonly changed_at: Date;
}

/** The register, gravest first: shipped risks as a brand graded them, and its own. */
export async function riskRegister(tx: Tx): Promise<RiskView[]> {
  const stored = await tx.query<StoredRisk>("select risk_key, content, version, changed_at from trust.risk");
  const drills = Map.groupBy(await listDrills(tx), (drill) => drill.risk_key);
  const byKey = new Map(stored.map((row) => [row.risk_key, row]));
  const shipped = SHIPPED_RISKS.map(({ key, ...content }) => ({ key, content, row: byKey.get(key), shipped: true }));
  const own = stored
    .filter(({ risk_key }) => !SHIPPED_RISKS.some(({ key }) => key === risk_key))
    .map((row) => ({ key: row.risk_key, content: row.content, row, shipped: false }));
  return [...shipped, ...own]
    .map(({ key, content, row, shipped: isShipped }): RiskView => {
      const newest = row?.content ?? content;
      const score = scoreOf(newest.current);
      return {
        ...newest,
        key,
        shipped: isShipped,
        version: row?.version ?? 0,
        changed_at: row?.changed_at ?? null,
        score,
        class: classOf(score),
        drills: drills.get(key) ?? [],
      };
    })
    .toSorted((a, b) => b.score - a.score || scoreOf(b.inherent) - scoreOf(a.inherent) || (a.key < b.key ? -1 : 1));
}

/** @throws trust.risk_not_found */
export async function riskByKey(tx: Tx, key: string): Promise<RiskView> {
  const found = (await riskRegister(tx)).find((risk) => risk.key === key);
  if (found === undefined) throw problem("trust.risk_not_found", { risk: key });
  return found;
}

export interface RiskChange {
  readonly key: string;
  readonly content: RiskContent;
  readonly reason: string;
  readonly person_id: number;
  readonly now: Date;
}

/** Keeps a risk as a person grades it, with the version before. */
export async function saveRisk(tx: Tx, change: RiskChange): Promise<number> {
  const row = await tx.one<{ version: number }>(
    `insert into trust.risk as r (risk_key, content, version, person_id, changed_at) values ($1, $2, 1, $3, $4)
     on conflict (risk_key) do update set content = excluded.content, version = r.version + 1, person_id = excluded.person_id,
       changed_at = excluded.changed_at returning version`,
    [change.key, JSON.stringify(change.content), change.person_id, change.now],
  );
  const version = row?.version ?? 1;
  await tx.query(
    `insert into trust.risk_change (risk_key, version, content, reason, person_id, changed_at) values ($1, $2, $3, $4, $5, $6)`,
    [change.key, version, JSON.stringify(change.content), change.reason, change.person_id, change.now],
  );
  return version;
}

export interface RiskHistoryRow {
  readonly version: number;
  readonly reason: string;
  readonly person_id: number;
  readonly changed_at: Date;
  readonly likelihood: number;
  readonly impact: number;
}

export function riskHistory(tx: Tx, key: string): Promise<RiskHistoryRow[]> {
  return tx.query(
    `select version, reason, person_id, changed_at, (content #>> '{current,likelihood}')::int as likelihood,
       (content #>> '{current,impact}')::int as impact
     from trust.risk_change where risk_key = $1 order by version desc limit 50`,
    [key],
  );
}

export function listDrills(tx: Tx, risk_key: string | null = null): Promise<DrillRow[]> {
  return tx.query(
    `select drill_id, risk_key, held_on::text, scenario, leader, result, findings, next_steps, created_at from trust.drill
     where $1::text is null or risk_key = $1 order by held_on desc, drill_id desc limit 500`,
    [risk_key],
  );
}

export async function addDrill(
  tx: Tx,
  drill: Omit<DrillRow, "drill_id" | "created_at"> & { readonly person_id: number; readonly now: Date },
): Promise<number> {
  await riskByKey(tx, drill.risk_key);
  const row = await tx.one<{ drill_id: number }>(
    `insert into trust.drill (risk_key, held_on, scenario, leader, result, findings, next_steps, person_id, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning drill_id`,
    [
      drill.risk_key,
      drill.held_on,
      drill.scenario,
      drill.leader,
      drill.result,
      drill.findings,
      drill.next_steps,
      drill.person_id,
      drill.now,
    ],
  );
  return row?.drill_id ?? 0;
}
