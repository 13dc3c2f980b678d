import { afterAll, beforeAll, expect, test } from "vitest";
import { setUp } from "../../src/access/index.ts";
import { verifyChain } from "../../src/access/audit/verify.ts";
import { compose } from "../../src/composition.ts";
import { loadConfig } from "../../src/config.ts";
import { loadDomains } from "../../src/domains.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { makeLog } from "../../src/platform/log.ts";
import { sleep } from "../../src/platform/timers.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { Rig } from "./ingest-rig.ts";

const LONG = process.env["HUITOU_LONG"] === "1";
const KILLS = LONG ? 8 : 2;
const AT_ONCE = 64;
const owner = { brand_name: "山野茶", name: "林", email: "owner@example.com", password: "longjing-spring-1987" };
let rig: Rig;

async function withGround<T>(run: (ground: Awaited<ReturnType<typeof compose>>["ground"]) => Promise<T>): Promise<T> {
  const composition = await compose({
    config: loadConfig({ HUITOU_DATA: `${rig.folder}/server`, DATABASE_URL: rig.database_url }),
    clock: systemClock,
    log: makeLog("fatal"),
    domains: await loadDomains(),
  });
  try {
    return await run(composition.ground);
  } finally {
    await composition.close();
  }
}

beforeAll(async () => {
  rig = await Rig.start();
  await withGround((ground) => setUp(ground, owner, undefined));
});
afterAll(() => rig.close());

async function signIn(): Promise<string> {
  const answer = await fetch(`${rig.address}/api/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: owner.email, password: owner.password }),
  });
  return String(answer.headers.get("set-cookie")).split(";")[0] ?? "";
}

/** Invites people, as many at once; @returns those of whom the answer came. */
async function invite(cookie: string, round: number, confirmed: Set<number>): Promise<void> {
  const one = async (n: number) => {
    const answer = await fetch(`${rig.address}/api/people`, {
      method: "POST",
      headers: { "content-type": "application/json", cookie },
      body: JSON.stringify({ name: "茶师", email: `p${round}-${n}@example.com`, role: "clerk" }),
    });
    if (answer.status === 201) confirmed.add(((await answer.json()) as { person_id: number }).person_id);
  };
  await Promise.allSettled(Array.from({ length: AT_ONCE }, (_, n) => one(n)));
}

test("kill -9 amid acts: the chain is whole, nothing was done unwritten, and what was confirmed has its outcome", async () => {
  const confirmed = new Set<number>();
  await invite(await signIn(), KILLS, confirmed);
  expect(confirmed.size).toBe(AT_ONCE);
  for (let round = 0; round < KILLS; round += 1) {
    const cookie = await signIn();
    const acts = invite(cookie, round, confirmed);
    await sleep(120 + 90 * round);
    await rig.killServer();
    await acts;
    await rig.startServer();
  }
  await rig.killServer();
  const result = await withGround((ground) =>
    ground.store.read(SYSTEM_SCOPE, (tx) => verifyChain(tx, { cutHolds: () => undefined })),
  );
  expect(result).toMatchObject({ ok: true, broken: null });
  const [counts] = await rig.query<{ people: number; begun: number }>(
    `select (select count(*)::int from access.person where role = 'clerk') as people,
       (select count(*)::int from access.audit where action = 'post /api/people' and phase = 'begun') as begun`,
  );
  expect(counts?.begun).toBeGreaterThanOrEqual(counts?.people ?? Number.NaN);
  const done = await rig.query<{ person_id: number }>(
    "select (subject ->> 'person_id')::int as person_id from access.audit where action = 'post /api/people' and phase = 'done' and succeeded",
  );
  const written = new Set(done.map(({ person_id }) => person_id));
  expect([...confirmed].filter((person_id) => !written.has(person_id))).toEqual([]);
});
