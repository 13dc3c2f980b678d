import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import { portraitOf } from "./portrait.ts";
import { portraitWorkbook } from "./portrait-workbook.ts";
import { Condition, hungUp, Nullable, read, tags } from "./route-parts.ts";
import { unapproved } from "../platform/index.ts";

const Sitter = {
  segment_id: Type.Optional(Type.Integer({ minimum: 1 })),
  condition: Type.Optional(Condition),
};
const PortraitBody = Type.Object({ ...Sitter, against: Type.Optional(Type.Object(Sitter)) });
const WorkbookBody = Type.Object({
  ...Sitter,
  against: Type.Optional(Type.Object(Sitter)),
  language: Type.Union([Type.Literal("zh"), Type.Literal("en")]),
});
const Language = { zh: Type.String(), en: Type.String() };
const Side = Type.Object({ segment_id: Nullable(Type.Integer()), ...Language, count: Type.Integer() });
const Cell = Type.Object({
  value: Type.String(),
  ...Language,
  count: Type.Integer(),
  share_bp: Type.Integer(),
  base_share_bp: Nullable(Type.Integer()),
  index_bp: Nullable(Type.Integer()),
  z: Nullable(Type.Number()),
  unusual: Type.Boolean(),
  weight: Type.Number(),
  condition: Type.Unknown(),
});
const Quartiles = Nullable(Type.Object({ zh: Type.Array(Type.String()), en: Type.Array(Type.String()) }));
const FactView = Type.Object({
  key: Type.String(),
  ...Language,
  family: Type.String(),
  kind: Type.String(),
  by_definition: Type.Boolean(),
  known_bp: Nullable(Type.Integer()),
  base_known_bp: Nullable(Type.Integer()),
  cells: Type.Array(Cell),
  others: Type.Integer(),
  quartiles: Quartiles,
  base_quartiles: Quartiles,
});
const PortraitView = Type.Object({
  state: Type.String(),
  engine: Type.String(),
  as_of: Type.String(),
  base_as_of: Type.String(),
  business_day: Type.String(),
  elapsed_ms: Type.Integer(),
  group: Side,
  base: Side,
  total: Type.Integer(),
  sentences: Type.Array(
    Type.Object({
      fact: Type.String(),
      value: Type.String(),
      ...Language,
      direction: Type.String(),
      index_bp: Type.Integer(),
      condition: Type.Unknown(),
    }),
  ),
  facts: Type.Array(FactView),
  orders: Nullable(
    Type.Object({
      net_fen: Type.Integer(),
      base_net_fen: Type.Integer(),
      net_share_bp: Nullable(Type.Integer()),
      orders: Type.Integer(),
      base_orders: Type.Integer(),
      orders_share_bp: Nullable(Type.Integer()),
      net_per_member_fen: Type.Integer(),
      base_net_per_member_fen: Type.Integer(),
    }),
  ),
  left_out: Type.Array(Type.Object({ key: Type.String(), ...Language, reason: Type.String() })),
  tests: Type.Integer(),
});

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** What is unusual about a group, on the screen and as a workbook. */
export function portraitRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof PortraitBody> }>(
    "/api/segments/portrait",
    {
      schema: { tags, summary: "What is unusual about a group", body: PortraitBody, response: { 200: PortraitView } },
      config: read,
    },
    async (request) => {
      const { against, ...sitter } = request.body;
      return portraitOf(ground, request.scope, sitter, against, hungUp(request));
    },
  );

  app.post<{ Body: Static<typeof WorkbookBody> }>(
    "/api/segments/portrait.xlsx",
    {
      schema: { tags, summary: "A portrait as a workbook of counts", body: WorkbookBody },
      config: unapproved("counts, no members", {
        access: { permission: "segments.read", level: "L3", enter: "L2", audit: "segments.portrait_workbook" },
      }),
    },
    async (request, reply) => {
      const { against, language, ...sitter } = request.body;
      const portrait = await portraitOf(ground, request.scope, sitter, against, hungUp(request));
      request.audit_subject = { segment_id: sitter.segment_id ?? null, members: portrait.group.count };
      return reply
        .type(XLSX)
        .header("content-disposition", 'attachment; filename="portrait.xlsx"')
        .send(await portraitWorkbook(portrait, language));
    },
  );
}
