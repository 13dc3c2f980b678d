import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { undoCorrection } from "../../members/index.ts";
import { aboutOne, problem, unapproved } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { maskText } from "../../vault/index.ts";
import { correctionOf, markCorrectionUndone } from "./correction-store.ts";
import { UNDO_DAYS } from "./corrections.ts";
import { RequestId } from "./request-routes.ts";
import { addStep, lockRequest } from "./request-store.ts";
import { storesOf } from "./requests.ts";

const Undo = Type.Object({ reason: Type.String({ minLength: 2, maxLength: 400 }) });

/** What a correction did is taken back by whoever handles requests. */
export function correctionRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof RequestId>; Body: Static<typeof Undo> }>(
    "/api/privacy/requests/:request_id/undo",
    {
      schema: {
        tags: ["privacy"],
        summary: `Take a correction back, within ${UNDO_DAYS} days: what the sources say counts again`,
        params: RequestId,
        body: Undo,
      },
      config: unapproved(
        "one member's corrected details, as the sources have them",
        aboutOne("rights_request", { access: { permission: "privacy.handle", level: "L3" } }),
      ),
    },
    async (request) => {
      const { request_id } = request.params;
      const person_id = request.person?.person_id ?? null;
      const [now, reason] = [ground.clock.now(), maskText(request.body.reason)];
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const row = await lockRequest(tx, request_id, storesOf(request.scope));
        const undone = await markCorrectionUndone(tx, request_id, { person_id, reason, now });
        if (undone === undefined) throw await notUndone(tx, request_id);
        Object.assign(request.audit_subject, { member_id: row.member_id, field: undone.field });
        await addStep(tx, request_id, { at: now, step: "undone", person_id, detail: { undone: undone.field } });
        await undoCorrection(tx, ground, undone, { person_id, reason, now });
      });
      return { request_id, undone: true };
    },
  );
}

async function notUndone(tx: Tx, request_id: number) {
  const known = await correctionOf(tx, request_id);
  if (known === undefined) return problem("privacy.no_correction", { request_id });
  return known.undone_at === null
    ? problem("privacy.undo_late", { request_id, days: UNDO_DAYS })
    : problem("privacy.undone_already", { request_id });
}
