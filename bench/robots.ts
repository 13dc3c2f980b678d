import { OFFICE_PASSWORD, OFFICE_USER } from "../examples/mall-office/office.ts";
import type { MallOffice } from "../examples/mall-office/server.ts";
import { launchBrowser } from "../src/platform/browser.ts";
import type { FakeClock } from "../src/platform/clock.ts";
import { RobotDesk } from "../tests/support/robot-desk.ts";
import { type BareGround, onBareGround } from "./bare-ground.ts";
import type { Bench, Figure } from "./main.ts";

const GIFTS = Number(process.env["BENCH_ROBOTS_GIFTS"] ?? 60);
const RUNS = 6;
/** A robot claims, looks whether it is still due, types, takes a picture, seals it, hands out and confirms; the bare script types. */
const SHARE_MIN = 0.15;
const RUNS_A_MINUTE_MIN = 6;

/** The same forms by a script that knows its page by heart, remembers nothing and takes no pictures. @returns forms a minute */
async function bareForms(office: MallOffice): Promise<number> {
  const browser = await launchBrowser({ packaged: true });
  try {
    const page = await browser.newPage();
    await page.goto(`${office.url}/login`);
    await page.fill("input[name=user]", OFFICE_USER);
    await page.fill("input[name=password]", OFFICE_PASSWORD);
    await page.click("#login button");
    await page.waitForSelector("#orders");
    const began = performance.now();
    for (let n = 0; n < GIFTS; n += 1) {
      await page.goto(`${office.url}/gifts/new`);
      await page.fill("input[name=reference]", `BARE-${n}`);
      await page.fill("input[name=phone]", "19900000001");
      await page.fill("input[name=gift]", "茶");
      await page.click("#gift button");
      await page.waitForSelector("#order-no");
    }
    return (GIFTS * 60_000) / (performance.now() - began);
  } finally {
    await browser.close();
  }
}

async function robotFigures(desk: RobotDesk): Promise<{ readonly items: number; readonly runs: number }> {
  const { owner } = desk.staff;
  await desk.gifts(Array.from({ length: GIFTS }, (_, n) => `客${n}`));
  const gifts = await desk.robot(owner, "birthday_gifts");
  const began = performance.now();
  const { state, items_done, failure_en } = await desk.run(owner, gifts);
  const items = (items_done * 60_000) / (performance.now() - began);
  if (state !== "done" || items_done !== GIFTS) throw new Error(`the robot came to ${items_done}: ${failure_en}`);
  const orders = await desk.robot(owner, "mall_orders");
  const began_runs = performance.now();
  for (let n = 0; n < RUNS; n += 1) {
    const run = await desk.run(owner, orders);
    if (run.state !== "done") throw new Error(`an export failed: ${run.failure_en}`);
  }
  return { items, runs: (RUNS * 60_000) / (performance.now() - began_runs) };
}

async function measure({ ground, composition, domains }: BareGround): Promise<readonly Figure[]> {
  const desk = await RobotDesk.open({ ground, clock: ground.clock as FakeClock, composition, domains });
  try {
    const { items, runs } = await robotFigures(desk);
    const bare = await bareForms(desk.office);
    const ratio = items / bare;
    return [
      {
        name: "robots: gifts entered, beside a bare script",
        value: items,
        unit: "items/min",
        reference: bare,
        ratio,
        bar: `≥ ${SHARE_MIN} ×`,
        met: ratio >= SHARE_MIN,
      },
      {
        name: "robots: orders exported and imported, browser started for each",
        value: runs,
        unit: "runs/min",
        reference: null,
        ratio: null,
        bar: `≥ ${RUNS_A_MINUTE_MIN}`,
        met: runs >= RUNS_A_MINUTE_MIN,
      },
    ];
  } finally {
    await desk.close();
  }
}

export const benches: readonly Bench[] = [{ name: "robots", run: () => onBareGround(measure) }];
