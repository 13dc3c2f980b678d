import type { Ground } from "../../ground.ts";
import {
  CORRECTABLE,
  CORRECTABLE_SEALED,
  correctedValue,
  type Detail,
  memberIdAt,
  sayConsents,
  sayProfiling,
  wrongDetails,
} from "../../members/index.ts";
import { businessDay, problem } from "../../platform/index.ts";
import { type Scope, startJob, type Tx } from "../../store/index.ts";
import { maskText } from "../../vault/index.ts";
import { correct } from "./corrections.ts";
import { dueDay } from "./due-day.ts";
import { makeProof } from "./proof.ts";
import { kindInfo, MOVES, type RefusalGround, type RequestKind, type RequestState } from "./request-kind.ts";
import {
  addStep,
  closeRequest,
  failedAttempts,
  insertRequest,
  keepAttempt,
  keepSealedValue,
  lockRequest,
  markRunning,
  markVerified,
  type RequestRow,
  stepsOf,
  type Wish,
} from "./request-store.ts";

/** Wrong details of one member a day; then only a document helps. */
export const ATTEMPTS_MAX = 5;
const DAY_MS = 86_400_000;
export const COPY_JOB = "trust.member_copy";
export const ERASE_JOB = "trust.erase_member";

/** Who acts, for steps and proof. */
export interface Actor {
  readonly person_id: number | null;
}

export interface Filing {
  readonly kind: RequestKind;
  readonly member_id: number;
  readonly via: RequestRow["via"];
  readonly wish: Wish;
  /** The value to correct to; sealed before it is kept. */
  readonly value?: string | undefined;
}

export const storesOf = ({ stores }: Scope): readonly string[] | null => (stores === "all" ? null : stores);

/** Files a request: its clock runs from now. @throws members.not_found, privacy.wish_missing, privacy.request_open */
export async function fileRequest(tx: Tx, ground: Ground, filing: Filing, by: Actor): Promise<number> {
  requireWish(ground, filing);
  const member_id = await memberIdAt(tx, filing.member_id);
  const now = ground.clock.now();
  const received_day = businessDay(now, ground.config.timezone);
  const request_id = await insertRequest(tx, {
    kind: filing.kind,
    member_id,
    via: filing.via,
    received_at: now,
    received_day,
    due_day: dueDay(received_day, kindInfo(filing.kind).due),
    filed_by: by.person_id,
    wish: filing.wish,
  });
  if (filing.value !== undefined) {
    const key = await ground.vault.namedKey(valueKey(request_id));
    await keepSealedValue(tx, request_id, key.encrypt(Buffer.from(filing.value), valueKey(request_id)));
  }
  await addStep(tx, request_id, { at: now, step: "received", person_id: by.person_id, detail: { via: filing.via } });
  return request_id;
}

const valueKey = (request_id: number) => `rights request ${request_id}`;

/** The value that a correction asks for, in clear: for a route that leaves an audit row. */
export async function wishedValue(ground: Ground, row: RequestRow): Promise<string | null> {
  if (row.value_sealed === null) return null;
  const key = await ground.vault.namedKey(valueKey(row.request_id));
  return key.decrypt(row.value_sealed, valueKey(row.request_id)).toString("utf8");
}

function requireWish(ground: Ground, { kind, wish, value }: Filing): void {
  const missing = (field: string) => problem("privacy.wish_missing", { kind, field });
  if (kind === "correct") {
    const { field = "" } = wish;
    if (!([...CORRECTABLE, ...CORRECTABLE_SEALED] as readonly string[]).includes(field)) throw missing("field");
    if (value === undefined || value.trim() === "") throw missing("value");
    // told while the member is there, not when somebody handles it
    correctedValue(ground, { field, value });
  }
  if (kind === "withdraw" && (wish.consents ?? []).length === 0) throw missing("consents");
}

/**
 * Checks details that only the member knows; wrong ones are counted, so that nobody guesses.
 * @throws privacy.details_too_few, privacy.attempts_used. A wrong answer is returned, so that the attempt is kept.
 */
export async function checkDetails(
  tx: Tx,
  ground: Ground,
  request: RequestRow,
  details: readonly Detail[],
  by: Actor,
): Promise<{ readonly wrong: readonly string[]; readonly left: number }> {
  requireMove(request, "verified", "核对身份", "checked");
  const kinds = [...new Set(details.map(({ kind }) => kind))];
  if (kinds.length < 2) throw problem("privacy.details_too_few");
  const now = ground.clock.now();
  const failed = await failedAttempts(tx, request.member_id, new Date(now.getTime() - DAY_MS));
  if (failed >= ATTEMPTS_MAX) throw problem("privacy.attempts_used", { max: ATTEMPTS_MAX });
  const wrong = await wrongDetails(tx, ground, request.member_id, details);
  if (wrong.length > 0) {
    await keepAttempt(tx, request.member_id, by.person_id, now);
    await addStep(tx, request.request_id, { at: now, step: "check_failed", ...by, detail: { wrong } });
    return { wrong, left: ATTEMPTS_MAX - failed - 1 };
  }
  await verify(tx, ground, request, { how: "two_details", details: kinds }, by);
  return { wrong, left: ATTEMPTS_MAX - failed };
}

/** Records that identity was checked. @throws privacy.wrong_state */
export async function verify(
  tx: Tx,
  ground: Ground,
  request: RequestRow,
  check: { readonly how: "two_details" | "subject_token" | "document"; readonly details: readonly string[] },
  by: Actor,
): Promise<void> {
  requireMove(request, "verified", "核对身份", "checked");
  const at = ground.clock.now();
  await markVerified(tx, request.request_id, {
    at,
    verified_by: by.person_id,
    verified_how: check.how,
    verified_details: check.details,
  });
  await addStep(tx, request.request_id, { at, step: "verified", ...by, detail: { ...check } });
}

function requireMove(request: RequestRow, to: RequestState, act_zh: string, act_en: string): void {
  if (MOVES[request.state].includes(to)) return;
  throw problem("privacy.wrong_state", { request_id: request.request_id, state: request.state, act_zh, act_en });
}

/**
 * Does what was asked: at once where that is one act, else by a job that closes the request when it has ended.
 * @param answer the explanation given to the member, for `explain`
 */
export async function handle(
  tx: Tx,
  ground: Ground,
  request: RequestRow,
  by: Actor,
  answer: string | null = null,
): Promise<void> {
  requireMove(request, "running", "办理", "handled");
  switch (request.kind) {
    case "access":
    case "copy":
      return begin(tx, ground, request, COPY_JOB, by);
    case "delete":
      return begin(tx, ground, request, ERASE_JOB, by);
    case "explain": {
      if (answer === null || answer.trim() === "") throw problem("privacy.answer_missing");
      return finish(tx, ground, request, { outcome: { explained: true }, answer: maskText(answer) }, by);
    }
    default:
      return finish(tx, ground, request, { outcome: await actAtOnce(tx, ground, request, by) }, by);
  }
}

async function begin(tx: Tx, ground: Ground, request: RequestRow, kind: string, by: Actor): Promise<void> {
  const { request_id } = request;
  const job_id = await startJob(tx, ground, kind, { request_id }, { ...by, key: String(request_id) });
  await markRunning(tx, request_id, by.person_id, job_id);
  await addStep(tx, request_id, { at: ground.clock.now(), step: "begun", ...by });
}

async function actAtOnce(tx: Tx, ground: Ground, request: RequestRow, by: Actor) {
  const { request_id, member_id, wish } = request;
  const decider = { ...by, reason: `rights request ${request_id}`, now: ground.clock.now() };
  switch (request.kind) {
    case "correct": {
      return correct(tx, ground, request, (await wishedValue(ground, request)) ?? "", decider);
    }
    case "withdraw": {
      const words = (wish.consents ?? []).map((one) => ({ ...one, granted: false, text_version: null }));
      await sayConsents(tx, ground, member_id, words, { ...decider, via: request.via });
      return { withdrawn: wish.consents };
    }
    default: {
      const refused = request.kind === "refuse_profiling";
      await sayProfiling(tx, ground, member_id, refused, decider);
      return { profiling_refused: refused };
    }
  }
}

export interface Done {
  readonly outcome: Readonly<Record<string, unknown>>;
  readonly answer?: string;
}

/** Closes a request as done, with its proof. */
export async function finish(tx: Tx, ground: Ground, request: RequestRow, done: Done, by: Actor): Promise<void> {
  await close(tx, ground, request, { state: "done", ...done, refusal_ground: null, refusal_reason: null }, by);
}

/** Refuses with a ground and a reason in words, which the member is given. @throws privacy.wrong_state */
export async function refuse(
  tx: Tx,
  ground: Ground,
  request: RequestRow,
  because: { readonly ground: RefusalGround; readonly reason: string },
  by: Actor,
): Promise<void> {
  requireMove(request, "refused", "拒绝", "refused");
  const refusal = { refusal_ground: because.ground, refusal_reason: maskText(because.reason) };
  await close(tx, ground, request, { state: "refused", outcome: null, ...refusal }, by);
}

async function close(
  tx: Tx,
  ground: Ground,
  request: RequestRow,
  ending: {
    readonly state: "done" | "refused";
    readonly outcome: Readonly<Record<string, unknown>> | null;
    readonly answer?: string;
    readonly refusal_ground: RefusalGround | null;
    readonly refusal_reason: string | null;
  },
  by: Actor,
): Promise<void> {
  const at = ground.clock.now();
  await addStep(tx, request.request_id, { at, step: ending.state, ...by });
  const steps = await stepsOf(tx, request.request_id);
  const proof = await makeProof(ground, request, steps, { ...ending, at, by: by.person_id });
  const { answer = null, ...rest } = ending;
  await closeRequest(tx, request.request_id, { ...rest, answer, closed_at: at, closed_by: by.person_id, proof });
}

/** Ends a request that the member took back. @throws privacy.wrong_state */
export async function cancel(tx: Tx, ground: Ground, request: RequestRow, by: Actor): Promise<void> {
  requireMove(request, "cancelled", "取消", "cancelled");
  const at = ground.clock.now();
  await addStep(tx, request.request_id, { at, step: "cancelled", ...by });
  await closeRequest(tx, request.request_id, {
    state: "cancelled",
    closed_at: at,
    closed_by: by.person_id,
    refusal_ground: null,
    refusal_reason: null,
    answer: null,
    outcome: null,
    proof: null,
  });
}

/** The request as it stands, locked, for a step of its job. */
export function takeUp(tx: Tx, request_id: number): Promise<RequestRow> {
  return lockRequest(tx, request_id, null);
}
