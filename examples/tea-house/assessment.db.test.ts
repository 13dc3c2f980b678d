import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ASSESSMENT_ITEMS } from "../../definitions/trust/assessment-items.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { Browser, enrol, PASSWORD } from "../../tests/support/sign-in.ts";
import { offerSetup } from "../../src/access/index.ts";
import { startDemoChannels } from "../../src/demo.ts";
import { makeServer } from "../../src/server.ts";
import { setSetting, SYSTEM_SCOPE } from "../../src/store/index.ts";
import { CHECKS } from "../../src/trust/assessment/run.ts";
import { assess } from "../../src/trust/assessment/run.ts";
import { watchRound } from "../../src/trust/jobs.ts";
import { seedBenefits } from "./benefits.ts";
import { seedCoupons } from "./coupons.ts";
import { seedLoyalty } from "./loyalty.ts";
import { seedWorld } from "./seed.ts";

const world = withDatabase();
const UNTIL = new Date("2026-11-22T08:00:00Z");
let app: FastifyInstance;
let stopChannels: (() => Promise<void>) | undefined;
const people: Browser[] = [];

interface Item {
  readonly id: string;
  readonly who: string;
  readonly result: string;
  readonly unknown: boolean;
  readonly zh: string;
  readonly step: { readonly zh: string; readonly en: string };
}
let items: readonly Item[] = [];
let demo = false;

beforeAll(async () => {
  const { ground, clock, composition } = world();
  clock.set(UNTIL);
  await seedWorld(ground, { members: 160, seed: 4, until: UNTIL });
  await seedLoyalty(ground, UNTIL, 4);
  await seedCoupons(ground, 4);
  await seedBenefits(ground, 4);
  const seeded = { members: 160, seed: 4, from: "2025-11-22T08:00:00Z", until: UNTIL.toISOString(), filled: true };
  await ground.store.write(SYSTEM_SCOPE, (tx) => setSetting(tx, "seeded", seeded));
  stopChannels = await startDemoChannels(ground, () => undefined);
  app = await makeServer(composition, { ready: true });
  const administrators = {
    system_admin: { name: "周系统", email: "zhou@tea.cn" },
    security_admin: { name: "安全", email: "an@tea.cn" },
    audit_admin: { name: "沈计", email: "shen@tea.cn" },
  };
  const token = await offerSetup(ground);
  const made = await new Browser(() => app).call("POST", "/api/setup/administrators", {
    token,
    brand_name: "山野茶",
    administrators,
  });
  for (const { link } of (made.body as { administrators: { link: string }[] }).administrators) {
    const person = new Browser(() => app);
    const secret = new URL(link).searchParams.get("token");
    expect((await person.call("POST", "/api/invitation", { token: secret, password: PASSWORD })).status).toBe(201);
    await enrol(world(), person);
    people.push(person);
  }
  await watchRound(ground);
  const assessment_id = await assess(ground, { person_id: null });
  const shown = await people[1]?.call("GET", `/api/trust/assessments/${assessment_id}`);
  expect(shown?.status).toBe(200);
  if (shown === undefined) throw new Error("nobody is signed in");
  ({ items, demo } = shown.body as { items: readonly Item[]; demo: boolean });
});
afterAll(async () => {
  await app.close();
  await stopChannels?.();
});

describe("the self-assessment of the example installation, set up with three administrators", () => {
  it("looks at all 60 items, knows each, and says that its results are no evidence", () => {
    expect(items).toHaveLength(ASSESSMENT_ITEMS.length);
    expect(items.filter(({ unknown }) => unknown)).toEqual([]);
    expect(demo).toBe(true);
  });

  it("meets every A item by a running proof", () => {
    const proved = items.filter(({ who }) => who === "A");
    expect(proved).toHaveLength(21);
    expect(proved.filter(({ id, result }) => result !== "met" || CHECKS[id] === undefined)).toEqual([]);
  });

  it("a D item is met where its fact is proved, and otherwise says the step to take", () => {
    const deployed = items.filter(({ who }) => who === "D" || who === "AD");
    const met = deployed.filter(({ result }) => result === "met").map(({ id }) => id);
    expect(met).toEqual(
      expect.arrayContaining(["8.1.4.10a", "8.1.4.10b", "8.1.5.1a", "8.1.5.1b", "AC-3", "AU-1", "MO-1", "PI-3"]),
    );
    // what one computer with an example world cannot have
    for (const id of ["8.1.4.1c", "8.1.4.4c", "8.1.4.4e", "8.1.4.9a", "8.1.5.4c", "8.1.5.4d", "BK-1", "PI-2", "SU-1"])
      expect([id, items.find((item) => item.id === id)?.result]).toEqual([id, "not_met"]);
    for (const item of deployed.filter(({ result }) => result !== "met")) {
      expect([item.id, item.step.zh.length > 5, item.step.en.length > 5]).toEqual([item.id, true, true]);
      expect(item.zh).not.toContain("尚未建成");
    }
  });

  it("asks for evidence of every O item", () => {
    const asked = items.filter(({ who }) => who === "O");
    expect(asked).toHaveLength(8);
    expect(asked.filter(({ result }) => result !== "not_met")).toEqual([]);
    expect(asked.filter(({ zh, step }) => !zh.includes("需要证据") && step.zh === "").map(({ id }) => id)).toEqual([]);
  });
});
