import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { openingRoutes } from "../../members/index.ts";
import { problem } from "../../platform/index.ts";
import { startJob } from "../../store/index.ts";
import { bulkById, bulkViews, exceptions, setBulk, type UndoMode } from "../grants/bulk-store.ts";
import { BULK } from "../jobs.ts";
import { openingLots, resumeOpening, undoOpening } from "../opening/opening.ts";
import { deleteOpening } from "../opening/opening-store.ts";
import { StatedSchema, TotalsSchema } from "../opening/totals.ts";
import { BulkView, Nullable } from "./route-parts.ts";

const Count = Type.Integer();

/** Points that members bring from the system before: given as a bulk, to the ledger. */
export function pointOpeningRoutes(app: FastifyInstance, ground: Ground): void {
  openingRoutes(app, ground, {
    kind: openingLots,
    path: "/api/points/openings",
    tag: "points",
    permission: "points.open",
    object: "points_opening",
    name: { zh: "期初积分", en: "opening points" },
    schemas: {
      totals: TotalsSchema,
      stated: StatedSchema,
      more: { bulk: BulkView },
      exception: Type.Object({
        owner: Count,
        points: Count,
        state: Type.String(),
        refused: Nullable(Type.String()),
        taken: Count,
        spent: Count,
      }),
      undo: { spent: Type.Union([Type.Literal("leave"), Type.Literal("debt")]) },
    },
    more: async (tx, { bulk_id }) => {
      const [bulk] = await bulkViews(tx, 1, bulk_id);
      if (bulk === undefined) throw problem("points.bulk_unknown", { bulk_id });
      return { bulk };
    },
    exceptions: (tx, { bulk_id }, page) => exceptions(tx, bulk_id, page),
    sums: ({ members, lots, points }) => {
      const n = (count: number) => count.toLocaleString("en");
      return {
        zh: `${n(members)} 位会员、${lots === undefined ? "" : `${n(lots)} 批、`}${n(points)} 分`,
        en: `${n(members)} members, ${lots === undefined ? "" : `${n(lots)} lots, `}${n(points)} points`,
      };
    },
    async startGiving(tx, _ground, { bulk_id }, person_id) {
      const job_id = await startJob(tx, ground, BULK, { bulk_id }, { person_id, key: `bulk ${bulk_id}` });
      const bulk = await bulkById(tx, bulk_id);
      if (bulk !== undefined) await setBulk(tx, bulk_id, { state: bulk.state, job_id });
    },
    undo: (tx, opening_id, body) => undoOpening(tx, opening_id, body["spent"] as UndoMode),
    resume: resumeOpening,
    remove: deleteOpening,
  });
}
