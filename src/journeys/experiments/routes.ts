import exceljs from "exceljs";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { Instant, unapproved } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { type Experiment, experimentsOf } from "./experiments.ts";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const tags = ["journeys"];
const read = { access: { permission: "journeys.read", level: "L2" } } as const;
const Query = Type.Object({ language: Type.Optional(Type.Union([Type.Literal("zh"), Type.Literal("en")])) });
const Item = Type.Object({
  experiment: Type.String(),
  kind: Type.Union([Type.Literal("ab"), Type.Literal("hold_out")]),
  places: Type.Array(
    Type.Object({
      journey: Type.String(),
      zh: Type.String(),
      en: Type.String(),
      version: Type.Integer(),
      node: Nullable(Type.String({ description: "Null: the journey's hold-out" })),
    }),
  ),
  variants: Type.Array(
    Type.Object({
      variant: Type.String(),
      members: Type.Integer({ description: "Whom it was shown first" }),
      expected: Type.Number({ description: "By the shares of the version that showed each member theirs" }),
      percent: Nullable(Type.Integer({ description: "Of the newest version" })),
    }),
  ),
  members: Type.Integer(),
  first_at: Nullable(Instant),
  last_at: Nullable(Instant),
  chi_square: Nullable(Type.Number({ description: "Null: too few members to say" })),
  chance: Nullable(Type.Number({ description: "That chance alone shares members out so" })),
  mismatch: Type.Boolean({ description: "Chance below 0.001: something is wrong with the assignment" }),
});

const shown = ({ ratio, first_at, last_at, ...rest }: Experiment): Static<typeof Item> => ({
  ...rest,
  places: [...rest.places],
  variants: [...rest.variants],
  first_at: first_at?.toISOString() ?? null,
  last_at: last_at?.toISOString() ?? null,
  chi_square: ratio?.chi_square ?? null,
  chance: ratio?.chance ?? null,
  mismatch: ratio?.mismatch ?? false,
});

/** Whom A/B nodes and hold-outs showed what, in counts, against the shares that were set. */
export function experimentRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/experiments",
    {
      schema: {
        summary:
          "A/B nodes and hold-outs: members by variant against the shares that were set, with a test of the ratio",
        tags,
        response: { 200: Type.Object({ items: Type.Array(Item) }) },
      },
      config: read,
    },
    async () => ({ items: (await ground.store.read(SYSTEM_SCOPE, experimentsOf)).map(shown) }),
  );
  app.get<{ Querystring: Static<typeof Query> }>(
    "/api/experiments/experiments.xlsx",
    {
      schema: {
        summary: "The same as an Excel file: a row for each variant, counts only",
        tags,
        querystring: Query,
        produces: [XLSX],
      } as object,
      config: unapproved("counts of members only", read),
    },
    async (request, reply) => {
      const rows = await ground.store.read(SYSTEM_SCOPE, experimentsOf);
      return reply
        .type(XLSX)
        .header("content-disposition", 'attachment; filename="experiments.xlsx"')
        .send(await workbookOf(rows, request.query.language ?? "zh"));
    },
  );
}

const HEADERS = {
  zh: [
    "实验",
    "类型",
    "旅程",
    "节点",
    "版本组",
    "设定比例 %",
    "人数",
    "应有人数",
    "实际比例 %",
    "χ²",
    "偶然概率",
    "比例异常",
  ],
  en: [
    "Experiment",
    "Kind",
    "Journeys",
    "Nodes",
    "Variant",
    "Set %",
    "Members",
    "Expected",
    "Actual %",
    "χ²",
    "Chance",
    "Mismatch",
  ],
} as const;
const KINDS = { ab: { zh: "A/B", en: "A/B" }, hold_out: { zh: "对照组", en: "Hold-out" } } as const;

async function workbookOf(rows: readonly Experiment[], language: "zh" | "en"): Promise<Buffer> {
  const book = new exceljs.Workbook();
  const sheet = book.addWorksheet(language === "zh" ? "实验" : "Experiments", {
    views: [{ state: "frozen", ySplit: 1 }],
  });
  sheet.columns = [28, 10, 30, 20, 16, 12, 12, 12, 12, 12, 12, 10].map((width) => ({ width }));
  sheet.addRow([...HEADERS[language]]).font = { bold: true };
  for (const { experiment, kind, places, variants, members, ratio } of rows)
    for (const { variant, percent, members: own, expected } of variants)
      sheet.addRow([
        experiment,
        KINDS[kind][language],
        places.map((place) => place[language]).join("、"),
        places.flatMap(({ node }) => node ?? []).join("、"),
        variant,
        percent ?? "",
        own,
        Math.round(expected * 10) / 10,
        members === 0 ? "" : Math.round((own * 1_000) / members) / 10,
        ratio === null ? "" : Math.min(ratio.chi_square, 1e9),
        ratio?.chance ?? "",
        ratio?.mismatch === true ? "!" : "",
      ]);
  return Buffer.from(await book.xlsx.writeBuffer());
}
