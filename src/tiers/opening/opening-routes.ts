import type { FastifyInstance } from "fastify";
import type { Ground } from "../../ground.ts";
import { givenFace, openingRoutes, type TotalLine } from "../../members/index.ts";
import { ladderState } from "../ladder-store.ts";
import { openingTiers } from "./opening.ts";

const sumOf = (lines: readonly TotalLine[], what: string) =>
  lines.filter((line) => line.what === what).reduce((sum, line) => sum + line.n, 0);

/** Tiers that members bring from the system before. */
export function tierOpeningRoutes(app: FastifyInstance, ground: Ground): void {
  openingRoutes(
    app,
    ground,
    givenFace(openingTiers, {
      path: "/api/tiers/openings",
      tag: "tiers",
      permission: "tiers.open",
      object: "tiers_opening",
      name: { zh: "期初等级", en: "opening tiers" },
      what: ["members", "tier", "month"],
      names: async (tx) =>
        ((await ladderState(tx))?.definition.tiers ?? []).map(({ key, zh, en }) => ({ key, zh, en })),
      sums: (lines) => {
        const n = sumOf(lines, "members").toLocaleString("en");
        const tiers = lines.filter((line) => line.what === "tier").map(({ key, n: count }) => `${key} ${count}`);
        const each = tiers.length === 0 ? "" : `（${tiers.join("、")}）`;
        return { zh: `${n} 位会员${each}`, en: `${n} members${tiers.length === 0 ? "" : ` (${tiers.join(", ")})`}` };
      },
    }),
  );
}
