import { OFFICE_PASSWORD, OFFICE_USER } from "../../examples/mall-office/office.ts";
import { type MallOffice, startMallOffice } from "../../examples/mall-office/server.ts";
import { settleBenefits } from "../../src/benefits/index.ts";
import { ensureSource } from "../../src/ingest/index.ts";
import { useMallOffice } from "../../src/robots/index.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { BenefitShop, giftOf } from "./benefit-shop.ts";
import type { TestWorld } from "./database.ts";
import { id, memberOf, record, rows, send } from "./member-records.ts";
import { type Answer, type PersonSession, type Staff, staffOf } from "./people.ts";
import { runQueuedJobs } from "./queued-jobs.ts";

/** A benefit of its own: what is shipped has an audience. */
export const GIFT = "desk_gift";

interface RunSeen {
  readonly run_id: number;
  readonly state: string;
  readonly failure_code: string | null;
  readonly failure_zh: string | null;
  readonly failure_en: string | null;
  readonly outputs: Record<string, number> | null;
  readonly attempts: number;
  readonly items_done: number;
  readonly items_before: number;
  readonly items_failed: number;
}

export interface StepSeen {
  readonly step: number;
  readonly zh: string;
  readonly en: string;
  readonly outcome: string;
  readonly note_zh: string | null;
  readonly note_en: string | null;
  readonly place: string | null;
  readonly has_picture: boolean;
}

/** A mall's back office, people who own robots, members with phones who are due gifts. */
export class RobotDesk {
  readonly world: TestWorld;
  readonly office: MallOffice;
  readonly staff: Staff;
  readonly shop: BenefitShop;

  private constructor(world: TestWorld, office: MallOffice, staff: Staff) {
    this.world = world;
    this.office = office;
    this.staff = staff;
    this.shop = new BenefitShop(world);
  }

  static async open(world: TestWorld, own?: MallOffice): Promise<RobotDesk> {
    const office = own ?? (await startMallOffice());
    const desk = new RobotDesk(world, office, await staffOf(world));
    await world.ground.store.write(SYSTEM_SCOPE, (tx) =>
      useMallOffice(tx, world.ground, { http: office.url, secrets: {}, robots: [] }),
    );
    return desk;
  }

  async close(): Promise<void> {
    await this.staff.app.close();
    await this.office.stop();
  }

  /** Members who are granted a gift today. @returns their numbers */
  async gifts(names: readonly string[], stores: readonly string[] = []): Promise<number[]> {
    const { ground } = this.world;
    const source = await ensureSource(ground, { key: "crm", name: "CRM", kind: "rest" });
    await send(
      ground,
      source,
      names.map((name) => record("member", "2025-01-10", [id("phone", phoneOf(name))], { name: `陈${name}` })),
    );
    await this.shop.ladder();
    const [published] = await rows<{ n: number }>(
      ground,
      "select count(*)::int as n from benefits.benefit_version where benefit = $1",
      [GIFT],
    );
    if (published?.n === 0) await this.shop.publish(giftOf(GIFT, { zh: "生日礼", en: "Birthday gift" }));
    const members = await Promise.all(names.map((name) => memberOf(ground, source, "phone", phoneOf(name))));
    for (const [at, store] of stores.entries())
      await this.shop.query("update members.profile set home_store_code = $2 where member_id = $1", [
        members[at],
        store,
      ]);
    await this.shop.told(...members);
    await settleBenefits(ground);
    return members;
  }

  /** A robot of a flow, with what it signs in with. */
  async robot(who: PersonSession, flow: string, more: Record<string, unknown> = {}): Promise<number> {
    const { inputs = {}, ...rest } = more;
    const made = await who.call("POST", "/api/robots", {
      flow,
      name: flow,
      inputs: {
        address: this.office.url,
        ...(flow === "birthday_gifts" ? { benefit: GIFT } : {}),
        ...(inputs as object),
      },
      daily_at: null,
      patience_seconds: 60,
      ...rest,
    });
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
    const robot_id = made.body["robot_id"] as number;
    await this.secrets(who, robot_id);
    return robot_id;
  }

  async secrets(who: PersonSession, robot_id: number): Promise<void> {
    for (const [name, value] of Object.entries({ user: OFFICE_USER, password: OFFICE_PASSWORD }))
      await who.call("PUT", `/api/robots/${robot_id}/secrets/${name}`, { value });
  }

  /** Starts it now, works until it has ended. */
  async run(who: PersonSession, robot_id: number, inputs: Record<string, string> = {}): Promise<RunSeen> {
    const asked = await who.call("POST", `/api/robots/${robot_id}/runs`, { inputs });
    if (asked.status !== 202) throw new Error(JSON.stringify(asked.body));
    await runQueuedJobs(this.world);
    return (await this.seen(asked.body["run_id"] as number)).run;
  }

  async seen(run_id: number): Promise<{ readonly run: RunSeen; readonly steps: readonly StepSeen[] }> {
    const { body } = await this.staff.owner.call("GET", `/api/robots/runs/${run_id}`);
    return body as unknown as { run: RunSeen; steps: StepSeen[] };
  }

  async pictures(run_id: number): Promise<Buffer[]> {
    const { body } = await this.staff.owner.call("GET", `/api/robots/runs/${run_id}/pictures`);
    return (body["items"] as { jpeg: string }[]).map(({ jpeg }) => Buffer.from(jpeg, "base64"));
  }

  items(robot_id: number, query = ""): Promise<Answer> {
    return this.staff.owner.call("GET", `/api/robots/${robot_id}/items${query}`);
  }

  /** Gifts as the benefits domain has them, by member. */
  entitled(members: readonly number[]): Promise<{ entitlement_id: number; state: string; note: string | null }[]> {
    return rows(
      this.world.ground,
      "select entitlement_id, state, note from benefits.entitlement where benefit = $1 and owner = any($2) order by entitlement_id",
      [GIFT, members],
    );
  }
}

/** A number of the example block for a name of a test. */
export function phoneOf(name: string): string {
  const serial = [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_000, 7);
  return `19906${String(serial).padStart(6, "0")}`;
}
