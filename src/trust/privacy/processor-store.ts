import type { Tx } from "../../store/index.ts";

export interface Processor {
  readonly processor_id: number;
  readonly name: string;
  readonly service: string;
  readonly data_classes: readonly string[];
  readonly contract_no: string;
  readonly contract_until: string | null;
  readonly contact: string;
  readonly state: "active" | "ended";
  readonly version: number;
  readonly changed_at: Date;
}

export type ProcessorDraft = Omit<Processor, "processor_id" | "version" | "changed_at">;

const COLUMNS =
  "processor_id, name, service, data_classes, contract_no, contract_until, contact, state, version, changed_at";

export async function listProcessors(tx: Tx): Promise<Processor[]> {
  return tx.query<Processor>(`select ${COLUMNS} from trust.processor order by state, name`);
}

/** Adds a processor, or changes the one of this name. @returns its id */
export async function saveProcessor(
  tx: Tx,
  draft: ProcessorDraft,
  by: { readonly person_id: number | null; readonly now: Date },
): Promise<number> {
  const row = await tx.one<{ processor_id: number }>(
    `insert into trust.processor (name, service, data_classes, contract_no, contract_until, contact, state, changed_by, changed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (name) do update set service = excluded.service, data_classes = excluded.data_classes, contract_no = excluded.contract_no,
       contract_until = excluded.contract_until, contact = excluded.contact, state = excluded.state, version = processor.version + 1,
       changed_by = excluded.changed_by, changed_at = excluded.changed_at
     returning processor_id`,
    [
      draft.name,
      draft.service,
      draft.data_classes,
      draft.contract_no,
      draft.contract_until,
      draft.contact,
      draft.state,
      by.person_id,
      by.now,
    ],
  );
  return row?.processor_id ?? 0;
}

export interface Notice {
  readonly request_id: number;
  readonly processor_id: number;
  readonly name: string;
  readonly due_day: string;
  readonly made_at: Date;
  readonly told_at: Date | null;
  readonly told_how: string | null;
  readonly answered_at: Date | null;
  readonly answer: "deleted" | "not_held" | "kept_by_law" | null;
}

const NOTICE =
  "n.request_id, n.processor_id, p.name, n.due_day, n.made_at, n.told_at, n.told_how, n.answered_at, n.answer";

/** What processors answered last, the newest first. */
export async function lastAnswers(tx: Tx, limit: number): Promise<Notice[]> {
  return tx.query<Notice>(
    `select ${NOTICE} from trust.processor_notice n join trust.processor p using (processor_id)
     where n.answered_at is not null order by n.answered_at desc, n.request_id, n.processor_id limit $1`,
    [limit],
  );
}

/** Notices of a request, or all that are not answered yet, the most urgent first. */
export async function listNotices(tx: Tx, request_id: number | null, limit: number): Promise<Notice[]> {
  return tx.query<Notice>(
    `select ${NOTICE}
     from trust.processor_notice n join trust.processor p using (processor_id)
     where case when $1::bigint is null then n.answered_at is null else n.request_id = $1 end
     order by n.due_day, n.request_id, n.processor_id limit $2`,
    [request_id, limit],
  );
}

/** @returns false when there is no such notice */
export async function markTold(
  tx: Tx,
  notice: { readonly request_id: number; readonly processor_id: number; readonly how: string },
  by: { readonly person_id: number | null; readonly now: Date },
): Promise<boolean> {
  const changed = await tx.execute(
    `update trust.processor_notice set told_at = coalesce(told_at, $3), told_by = coalesce(told_by, $4), told_how = coalesce(told_how, $5)
     where request_id = $1 and processor_id = $2`,
    [notice.request_id, notice.processor_id, by.now, by.person_id, notice.how],
  );
  return changed === 1;
}

/** @returns false when there is none, or the processor was not told yet */
export async function markAnswered(
  tx: Tx,
  notice: { readonly request_id: number; readonly processor_id: number; readonly answer: string },
  now: Date,
): Promise<boolean> {
  const changed = await tx.execute(
    `update trust.processor_notice set answered_at = $3, answer = $4
     where request_id = $1 and processor_id = $2 and told_at is not null`,
    [notice.request_id, notice.processor_id, now, notice.answer],
  );
  return changed === 1;
}
