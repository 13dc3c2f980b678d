import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/errors.ts";
import type { ActInWords, Level, Permitted } from "../../platform/http.ts";
import { type Scope, SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { maskText } from "../../vault/index.ts";
import type { PersonRow } from "../access-store.ts";
import { requireClientOutcome } from "../clients/client-rights.ts";
import { LEVELS } from "../matrix.ts";
import { currentMatrix } from "../matrix-live.ts";
import { requireOutcome } from "../rights.ts";
import {
  type ApprovalRow,
  hashOf,
  OPEN_MAX,
  type Payload,
  REASON_LENGTH_MAX,
  REASON_LENGTH_MIN,
  stateOf,
  WAITING_DAYS,
} from "./approval.ts";
import {
  approvalById,
  countOpen,
  endExpired,
  insertApproval,
  lockRequester,
  markExecuted,
  openRequest,
} from "./approval-store.ts";
import { approversFor, mayDecide } from "./approvers.ts";
import { sealPayload } from "./payloads.ts";

/** What came of an act: ids and counts. */
export type Outcome = Readonly<Record<string, string | number | null>>;

declare module "fastify" {
  interface FastifyRequest {
    /** The approval that this request carries out; undefined where none is asked for. */
    held: { readonly approval_id: number; settled: boolean } | undefined;
    /**
     * Says that the act is done, in the transaction of its effect: of many at once one goes through, and none twice.
     * @throws access.approval_used
     */
    settle: (tx: Tx, outcome: Outcome) => Promise<void>;
  }
}

/** The request that is made again carries the number of its approval. */
export const APPROVAL_HEADER = "huitou-approval";
/** Why it is asked for, as encodeURIComponent gives it, where the request itself has no reason. */
export const REASON_HEADER = "huitou-approval-reason";
const NAMED_MAX = 5;
const WORDS_LENGTH_MAX = 900;

/** Puts acts whose cell says "approve" to a colleague; called after the audit row of their beginning. */
export function approvalHooks(app: FastifyInstance, ground: Ground): void {
  app.decorateRequest("held", undefined);
  app.decorateRequest("settle", async function settle(this: FastifyRequest, tx: Tx, outcome: Outcome) {
    await settled(ground, this, tx, outcome);
  });
  app.addHook("preHandler", async (request) => {
    const access = request.routeOptions.config?.access;
    if (access === undefined || !("permission" in access) || typeof access.approval !== "function") return;
    await requireApproval(ground, request, access, await access.approval(request));
  });
  app.addHook("onSend", async (request, reply, payload) => {
    const { held } = request;
    if (held === undefined || held.settled || reply.statusCode >= 400) return payload;
    throw new Error(`${routeOf(request)} did not settle the approval ${held.approval_id}`);
  });
}

async function settled(ground: Ground, request: FastifyRequest, tx: Tx, outcome: Outcome): Promise<void> {
  const { held } = request;
  if (held === undefined) return;
  const { approval_id } = held;
  if (!(await markExecuted(tx, approval_id, ground.wall.now(), outcome)))
    throw problem("access.approval_used", { approval_id });
  held.settled = true;
}

const routeOf = (request: FastifyRequest) => `${request.method} ${request.routeOptions.url ?? ""}`;

function higher(a: Level, b: Level | undefined): Level {
  return b !== undefined && LEVELS.indexOf(b) > LEVELS.indexOf(a) ? b : a;
}

/**
 * THE place that asks for a colleague's approval: lets an act through that needs none or carries out its own, and opens a
 * request for every other.
 * @throws access.approval_asked, access.approval_ready, access.approval_reason, and what stands against the approval given
 */
export async function requireApproval(
  ground: Ground,
  request: FastifyRequest,
  access: Permitted,
  act: ActInWords,
): Promise<void> {
  const { rights, signed_in: signed } = request;
  const level = higher(access.enter ?? access.level, act.level);
  // a program puts nothing to anybody: it may do the act at once, or not at all
  if (request.client !== undefined && rights !== undefined)
    return requireClientOutcome(request.client, rights, { permission: access.permission, level });
  if (rights === undefined || signed === undefined) throw problem("access.not_signed_in");
  const outcome = requireOutcome(rights, { permission: access.permission, level }, signed.session, ground.wall.now());
  const given = request.headers[APPROVAL_HEADER];
  if (outcome !== "approve" && given === undefined) return;
  const stores = storesOf(request.scope);
  const payload: Payload = { method: request.method, url: request.url, body: request.body ?? null };
  const payload_hash = hashOf(payload, { stores, permission: access.permission, level, same: act.same ?? null });
  if (given !== undefined) {
    await holdTo(ground, request, Number(given), payload_hash);
    return;
  }
  const { zh, en } = await act.words();
  const reason = reasonOf(request, act, zh, en);
  throw await asked(ground, request, signed.person, payload, {
    permission: access.permission,
    level,
    route: routeOf(request),
    payload_hash,
    words_zh: short(zh),
    words_en: short(en),
    stores,
    requester_id: signed.person.person_id,
    reason,
  });
}

const short = (text: string): string =>
  [...text].length > WORDS_LENGTH_MAX ? `${[...text].slice(0, WORDS_LENGTH_MAX).join("")}…` : text;

const storesOf = ({ stores }: Scope): string[] | null => (stores === "all" ? null : [...stores].sort());

/** @throws access.approval_reason */
function reasonOf(request: FastifyRequest, act: ActInWords, zh: string, en: string): string {
  const header = request.headers[REASON_HEADER];
  let text = act.reason ?? "";
  try {
    if (typeof header === "string") text = decodeURIComponent(header);
  } catch {
    text = "";
  }
  const reason = maskText(text.trim());
  if (reason.length < REASON_LENGTH_MIN || reason.length > REASON_LENGTH_MAX)
    throw problem("access.approval_reason", { what_zh: zh, what_en: en, min: REASON_LENGTH_MIN });
  return reason;
}

/** The approval that the request says it has is this person's, for exactly this, and not used or over. */
async function holdTo(
  ground: Ground,
  request: FastifyRequest,
  approval_id: number,
  payload_hash: Buffer,
): Promise<void> {
  const now = ground.wall.now();
  const row = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    Number.isSafeInteger(approval_id) ? approvalById(tx, approval_id) : Promise.resolve(undefined),
  );
  if (row === undefined || row.requester_id !== request.person?.person_id)
    throw problem("access.approval_not_found", { approval_id });
  if (!row.payload_hash.equals(payload_hash)) throw problem("access.approval_changed", { approval_id });
  const state = stateOf(row, now);
  if (state === "done") throw problem("access.approval_used", { approval_id });
  if (state !== "approved") throw problem("access.approval_state", { approval_id, state });
  request.audit_subject["approval_id"] = approval_id;
  request.held = { approval_id, settled: false };
}

type Asked = Pick<
  ApprovalRow,
  "permission" | "level" | "route" | "payload_hash" | "words_zh" | "words_en" | "stores" | "requester_id" | "reason"
>;

/** Keeps the request, or finds the one that waits for exactly this. @returns what the person is told */
async function asked(ground: Ground, request: FastifyRequest, person: PersonRow, payload: Payload, one: Asked) {
  const now = ground.wall.now();
  const expires_at = new Date(now.getTime() + WAITING_DAYS * 86_400_000);
  const payload_sealed = await sealPayload(ground, payload, one.payload_hash);
  const { approval_id, ready } = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await lockRequester(tx, person.person_id);
    const known = await openRequest(tx, person.person_id, one.payload_hash, now);
    if (known !== undefined) return { approval_id: known.approval_id, ready: known.decision === "approved" };
    await endExpired(tx, person.person_id, now);
    if ((await countOpen(tx, person.person_id, now)) >= OPEN_MAX)
      throw problem("access.approvals_open", { max: OPEN_MAX });
    return {
      approval_id: await insertApproval(tx, { ...one, payload_sealed, asked_at: now, expires_at }),
      ready: false,
    };
  });
  request.audit_subject["approval_id"] = approval_id;
  if (ready) return problem("access.approval_ready", { approval_id });
  const { others, second } = await approversFor(ground, { ...one, asked_at: now });
  const names = second.slice(0, NAMED_MAX).map(({ name }) => name);
  const params = { approval_id, what_zh: one.words_zh, what_en: one.words_en };
  if (others.length === 0) {
    const alone = await mayDecide(ground, await currentMatrix(ground), person, { ...one, asked_at: now });
    return problem(alone ? "access.approval_asked_alone" : "access.approval_asked_nobody", params);
  }
  return problem("access.approval_asked", { ...params, who_zh: names.join("、"), who_en: names.join(", ") });
}
