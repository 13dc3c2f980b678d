import type { Tx } from "../../store/index.ts";
import type { Phase } from "./entry.ts";

export const RESULTS = ["done", "refused", "unknown"] as const;

/** What the audit role asks for; everything is optional and narrows. */
export interface AuditSearch {
  readonly person_id?: number;
  readonly actor?: string;
  /** The beginning of an action's name: `members.` finds all that were done to members. */
  readonly action?: string;
  /** A code or id among the objects of the act. */
  readonly object?: string;
  readonly from?: string;
  readonly to?: string;
  readonly result?: (typeof RESULTS)[number];
  /** A part of action, path, address, request or objects. */
  readonly text?: string;
}

export interface FoundRow {
  readonly sequence: number;
  readonly at: Date;
  readonly phase: Phase;
  readonly person_id: number | null;
  readonly person_name: string | null;
  readonly actor: string;
  readonly action: string;
  readonly method: string;
  readonly path: string;
  readonly subject: Readonly<Record<string, unknown>>;
  readonly status: number | null;
  readonly succeeded: boolean | null;
  readonly request_id: string;
  readonly ip: string | null;
  readonly duration_ms: number | null;
}

/**
 * Acts, newest first, one row each: what an act began with is left out once its outcome is there.
 * @param before only rows with a smaller sequence.
 */
export function searchAudit(tx: Tx, search: AuditSearch, before: number | null, limit: number): Promise<FoundRow[]> {
  const values: unknown[] = [limit];
  const conditions = [
    "(a.phase <> 'begun' or not exists (select 1 from access.audit d where d.request_id = a.request_id and d.phase = 'done'))",
  ];
  const add = (value: unknown, condition: (place: string) => string) => {
    if (value === undefined || value === null || value === "") return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  add(before, (p) => `a.sequence < ${p}`);
  add(search.person_id, (p) => `a.person_id = ${p}`);
  add(search.actor, (p) => `a.actor = ${p}`);
  add(search.action, (p) => `starts_with(a.action, ${p})`);
  add(search.from, (p) => `a.at >= ${p}`);
  add(search.to, (p) => `a.at < ${p}`);
  add(search.object, objectIs);
  add(
    search.text?.toLowerCase(),
    (p) =>
      `strpos(lower(concat_ws(' ', a.action, a.path, a.ip, a.request_id, a.actor, p.name, a.subject::text)), ${p}) > 0`,
  );
  if (search.result === "done") conditions.push("a.succeeded");
  if (search.result === "refused") conditions.push("not a.succeeded");
  if (search.result === "unknown") conditions.push("a.succeeded is null");
  return tx.query<FoundRow>(
    `select a.sequence, a.at, a.phase, a.person_id, p.name as person_name, a.actor, a.action, a.method, a.path, a.subject, a.status,
       a.succeeded, a.request_id, a.ip, a.duration_ms
     from access.audit a left join access.person p using (person_id)
     where ${conditions.join(" and ")} order by a.sequence desc limit $1`,
    values,
  );
}

/** A value, or one of a list of values: `12` is in `[7, 12]` and not in `[112]`. */
function objectIs(place: string): string {
  return `exists (select 1 from json_each(a.subject) o where (o.value #>> '{}') = ${place}
    or case when json_typeof(o.value) = 'array' then exists (select 1 from json_array_elements_text(o.value) e where e = ${place}) else false end)`;
}
