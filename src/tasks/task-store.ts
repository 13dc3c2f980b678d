import type { Tx } from "../store/index.ts";

export type TaskState = "open" | "done" | "dropped";

export interface TaskRow {
  readonly task_id: number;
  readonly key: string;
  readonly source: "journeys" | "person";
  /** The member whose number it was made for; null: erased. */
  readonly member_id: number | null;
  readonly store_code: string | null;
  readonly store: string | null;
  readonly associate_id: number | null;
  readonly associate: string | null;
  /** The account of its associate; null: any clerk of the store may do it. */
  readonly person_id: number | null;
  readonly text: string;
  readonly due_day: string;
  readonly state: TaskState;
  readonly result: string | null;
  readonly made_at: Date;
  readonly ended_at: Date | null;
  readonly ended_by: number | null;
  readonly handed_from: string | null;
}

const TASK = `t.task_id, t.key, t.source, p.member_id, t.store_code, g.name as store, t.associate_id, coalesce(s.name, s.code) as associate,
  s.person_id, t.text, t.due_day, t.state, t.result, t.made_at, t.ended_at, t.ended_by, coalesce(h.name, h.code) as handed_from`;
const FROM = `tasks.task t left join catalogue.parties p on p.party_id = t.member_id left join tasks.associate s using (associate_id)
  left join catalogue.stores g on g.store_code = t.store_code left join tasks.associate h on h.associate_id = t.handed_from`;

export interface NewTask {
  readonly key: string;
  readonly member_id: number;
  readonly text: string;
  readonly due_day: string;
}

export interface Made {
  readonly source: TaskRow["source"];
  readonly by: number | null;
  readonly at: Date;
}

/** Looked up for each member: joined as a whole, the view would be sorted for a single task. */
const ASSOCIATE = `left join lateral (select v.associate_id, v.store_code from catalogue.member_associates v
  where v.member_id = m.member_id) a on true`;

/** For whom a task would be: the member's associate, else whoever is in the member's store; neither: for nobody. */
const WHOSE = `from unnest($1::text[], $2::bigint[], $3::text[], $4::date[]) u (key, number, text, due_day)
  join catalogue.parties p on p.party_id = u.number join catalogue.members m on m.member_id = p.member_id
  ${ASSOCIATE}
  where a.associate_id is not null or m.home_store_code is not null`;

const listsOf = (tasks: readonly NewTask[]) => [
  tasks.map((one) => one.key),
  tasks.map((one) => one.member_id),
  tasks.map((one) => one.text),
  tasks.map((one) => one.due_day),
];

/** Writes tasks, each once for its key. */
export async function insertTasks(tx: Tx, tasks: readonly NewTask[], { source, by, at }: Made): Promise<void> {
  await tx.execute(
    `insert into tasks.task (key, source, member_id, store_code, associate_id, text, due_day, made_by, made_at)
     select u.key, $5, m.member_id, coalesce(a.store_code, m.home_store_code), a.associate_id, u.text, u.due_day, $6, $7 ${WHOSE}
     on conflict (key) do nothing`,
    [...listsOf(tasks), source, by, at],
  );
}

/** Members for whom somebody could do a task. */
export async function servedMembers(tx: Tx, member_ids: readonly number[]): Promise<ReadonlySet<number>> {
  const rows = await tx.query<{ number: number }>(
    `select p.party_id as number from catalogue.parties p join catalogue.members m on m.member_id = p.member_id
       ${ASSOCIATE}
     where p.party_id = any($1::bigint[]) and (a.associate_id is not null or m.home_store_code is not null)`,
    [member_ids],
  );
  return new Set(rows.map((row) => row.number));
}

export function tasksByKey(tx: Tx, keys: readonly string[]): Promise<TaskRow[]> {
  return tx.query(`select ${TASK} from ${FROM} where t.key = any($1)`, [keys]);
}

export function taskById(tx: Tx, task_id: number): Promise<TaskRow | undefined> {
  return tx.one(`select ${TASK} from ${FROM} where t.task_id = $1`, [task_id]);
}

/** Ends a task that is open. @returns whether it was */
export async function setEnded(
  tx: Tx,
  task_id: number,
  end: {
    readonly state: "done" | "dropped";
    readonly result: string | null;
    readonly by: number | null;
    readonly at: Date;
  },
): Promise<boolean> {
  const changed = await tx.execute(
    "update tasks.task set state = $2, result = $3, ended_by = $4, ended_at = $5 where task_id = $1 and state = 'open'",
    [task_id, end.state, end.result, end.by, end.at],
  );
  return changed === 1;
}

export interface TaskFilter {
  /** null: of all. */
  readonly stores: readonly string[] | null;
  readonly state?: TaskState | undefined;
  readonly store_code?: string | undefined;
  readonly associate_id?: number | undefined;
  /** Those of this associate, and those that any clerk of the stores may do. */
  readonly mine?: number | undefined;
  /** Only those that any clerk of the store may do. */
  readonly unassigned?: boolean | undefined;
  readonly member_id?: number | undefined;
  readonly due_until?: string | undefined;
}

const WHERE = `where ($1::text[] is null or t.store_code = any($1)) and ($2::text is null or t.state = $2)
  and ($3::text is null or t.store_code = $3) and ($4::bigint is null or t.associate_id = $4)
  and ($5::bigint is null or t.associate_id = $5 or s.person_id is null) and (not $6 or s.person_id is null)
  and ($7::bigint is null or p.member_id = $7) and ($8::date is null or t.due_day <= $8)`;

const valuesOf = (filter: TaskFilter) => [
  filter.stores,
  filter.state ?? null,
  filter.store_code ?? null,
  filter.associate_id ?? null,
  filter.mine ?? null,
  filter.unassigned ?? false,
  filter.member_id ?? null,
  filter.due_until ?? null,
];

/** Tasks by the day they are due; open ones first the oldest, the others first the newest. */
export function listTasks(
  tx: Tx,
  filter: TaskFilter,
  { after, limit }: { readonly after: readonly [day: string, task_id: number] | null; readonly limit: number },
): Promise<TaskRow[]> {
  const [sign, order] = filter.state === "open" ? [">", "asc"] : ["<", "desc"];
  return tx.query(
    `select ${TASK} from ${FROM} ${WHERE} and ($9::date is null or (t.due_day, t.task_id) ${sign} ($9::date, $10::bigint))
     order by t.due_day ${order}, t.task_id ${order} limit $11`,
    [...valuesOf(filter), after?.[0] ?? null, after?.[1] ?? null, limit],
  );
}

export interface TaskCounts {
  readonly open: number;
  readonly overdue: number;
  readonly due_today: number;
  readonly done: number;
  readonly dropped: number;
}

export async function countTasks(tx: Tx, filter: TaskFilter, today: string): Promise<TaskCounts> {
  const row = await tx.one<TaskCounts>(
    `select count(*) filter (where t.state = 'open')::int as open,
       count(*) filter (where t.state = 'open' and t.due_day < $9::date)::int as overdue,
       count(*) filter (where t.state = 'open' and t.due_day = $9::date)::int as due_today,
       count(*) filter (where t.state = 'done')::int as done, count(*) filter (where t.state = 'dropped')::int as dropped
     from ${FROM} ${WHERE}`,
    [...valuesOf({ ...filter, state: undefined }), today],
  );
  return row ?? { open: 0, overdue: 0, due_today: 0, done: 0, dropped: 0 };
}

/** Tasks of an erased member are gone. */
export async function forgetTasks(tx: Tx, numbers: readonly number[]): Promise<void> {
  await tx.execute("delete from tasks.task where member_id = any($1::bigint[])", [numbers]);
}
