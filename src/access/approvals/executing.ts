import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/errors.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { stateOf } from "./approval.ts";
import { approvalById } from "./approval-store.ts";
import { APPROVAL_HEADER } from "./hold.ts";
import { openPayload } from "./payloads.ts";

export interface Executed {
  readonly status: number;
  readonly body: string;
  readonly type: string;
}

/**
 * Makes the approved request once more, as the one who asked and through the same door: their session, their rights now,
 * the audit log, the route's own checks. What keeps it to one time is `settle` in the transaction of its effect.
 * @throws access.approval_not_found, access.approval_used, access.approval_state
 */
export async function execute(
  app: FastifyInstance,
  ground: Ground,
  request: FastifyRequest,
  approval_id: number,
): Promise<Executed> {
  const row = await ground.store.read(SYSTEM_SCOPE, (tx) => approvalById(tx, approval_id));
  if (row === undefined || row.requester_id !== request.person?.person_id)
    throw problem("access.approval_not_found", { approval_id });
  const state = stateOf(row, ground.wall.now());
  if (state === "done") throw problem("access.approval_used", { approval_id });
  const payload = await openPayload(ground, row);
  if (state !== "approved" || payload === undefined) throw problem("access.approval_state", { approval_id, state });
  const { cookie, host, "user-agent": agent } = request.headers;
  const { method, url, body } = payload;
  const answer = await app.inject({
    method: method as "POST",
    url,
    remoteAddress: request.ip,
    headers: {
      [APPROVAL_HEADER]: String(approval_id),
      "sec-fetch-site": "same-origin",
      ...(cookie === undefined ? {} : { cookie }),
      ...(host === undefined ? {} : { host }),
      ...(agent === undefined ? {} : { "user-agent": agent }),
    },
    ...(body === null ? {} : { payload: body as object }),
  });
  return { status: answer.statusCode, body: answer.body, type: String(answer.headers["content-type"] ?? "") };
}
