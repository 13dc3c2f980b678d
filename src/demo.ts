import type { Demo } from "../examples/tea-house/seed.ts";
import type { Ground } from "./ground.ts";
import { listSourceKeys, startPipeline } from "./ingest/index.ts";
import { WorldClock } from "./platform/clock.ts";
import { defineErrors, problem } from "./platform/errors.ts";
import { keepWorldTime, LIVE_RATE_MAX, setSetting, settingOf, SYSTEM_SCOPE } from "./store/index.ts";
import { useMessageSim } from "./channels/index.ts";
import { useMallOffice } from "./robots/index.ts";
import { useChannelSim } from "./trust/index.ts";

defineErrors("demo", {
  not_a_demo: {
    status: 409,
    zh: "这个数据目录里不是示例世界，--live 不会往真实数据里写虚构的人。请去掉 --live 启动，或用 HUITOU_DATA 指定一个新的目录。",
    en: "This data folder holds no example world, and --live writes no invented people into real data. Start without --live, or name a new folder with HUITOU_DATA.",
  },
  too_old: {
    status: 409,
    zh: "这个数据目录的示例世界由更早的版本生成，没有记下它结束在哪里，无法继续。请用 HUITOU_DATA 指定一个新的目录。",
    en: "The example world of this data folder was made by an earlier version, which did not note where it ends, so it cannot go on. Name a new folder with HUITOU_DATA.",
  },
  empty_and_live: {
    status: 400,
    zh: "--live 让示例世界继续，--empty 不要示例世界，两者只能选一个。",
    en: "--live lets the example world go on, and --empty wants none. Choose one of them.",
  },
  rate_invalid: {
    status: 400,
    zh: "--live={rate} 无法理解：请写 1 到 {rate_max} 的整数，表示比真实时间快多少倍，例如 --live=60。",
    en: "--live={rate} is not understood: give a whole number from 1 to {rate_max}, how many times faster than real time, for example --live=60.",
  },
});

const SETTING = "seeded";
/** What stands in the place of a demo in an installation that is somebody's own. */
const NONE = { demo: "none" } as const;
type Seeded = Demo | typeof NONE | string | undefined;

/**
 * The pace that `--live`, `--live=60` or `--live 60` asks for; undefined without it.
 * @throws demo.rate_invalid, demo.empty_and_live
 */
export function liveRateOf(args: readonly string[]): number | undefined {
  const at = args.findIndex((arg) => arg === "--live" || arg.startsWith("--live="));
  const arg = args[at];
  if (arg === undefined) return undefined;
  if (args.includes("--empty")) throw problem("demo.empty_and_live");
  const next = args[at + 1] ?? "";
  const text = arg === "--live" ? (next.startsWith("--") ? "" : next) : arg.slice("--live=".length);
  if (text === "" && arg === "--live") return 1;
  const rate = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (rate < 1 || rate > LIVE_RATE_MAX)
    throw problem("demo.rate_invalid", { rate: text.slice(0, 20), rate_max: LIVE_RATE_MAX });
  return rate;
}

/** Refuses to let invented people go on living among real ones. @throws demo.not_a_demo, demo.too_old */
export async function requireDemo(ground: Ground): Promise<void> {
  const seeded = await seededOf(ground);
  if (typeof seeded === "string") throw problem("demo.too_old");
  if (seeded !== undefined && "demo" in seeded) throw problem("demo.not_a_demo");
  if (seeded === undefined && (await isInUse(ground))) throw problem("demo.not_a_demo");
}

async function seededOf(ground: Ground): Promise<Seeded> {
  return ground.store.read(SYSTEM_SCOPE, (tx) => settingOf<Exclude<Seeded, undefined>>(tx, SETTING));
}

async function isInUse(ground: Ground): Promise<boolean> {
  return (await ground.store.read(SYSTEM_SCOPE, listSourceKeys)).length > 0;
}

async function remember(ground: Ground, seeded: Demo | typeof NONE): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, (tx) => setSetting(tx, SETTING, seeded));
}

/**
 * Fills a fresh installation with the example world, once. One that was started with `--empty`, or that has sources of
 * its own already, is somebody's own from then on and never gets it.
 */
export async function fillDemo(ground: Ground, wanted: boolean, say: (line: string) => void): Promise<void> {
  const seeded = await seededOf(ground);
  if (seeded !== undefined && (typeof seeded === "string" || "demo" in seeded || seeded.filled)) return;
  if (seeded === undefined && (!wanted || (await isInUse(ground)))) return remember(ground, NONE);
  const { demoNow, seedWorld } = await import("../examples/tea-house/seed.ts");
  const { seedCoupons } = await import("../examples/tea-house/coupons.ts");
  const demo = seeded ?? demoNow(ground, ground.config.demo_members, 1);
  // noted before the first record, so that a filling that is broken off goes on with the same world
  await remember(ground, demo);
  say("Filling in the example world … · 正在生成示例数据");
  const { members, seed, from, until } = demo;
  const pipeline = await startPipeline(ground);
  try {
    await seedWorld(ground, { members, seed, from: new Date(from), until: new Date(until) });
  } finally {
    await pipeline.stop();
  }
  const { seedLoyalty } = await import("../examples/tea-house/loyalty.ts");
  await seedLoyalty(ground, new Date(until), seed);
  await seedCoupons(ground, seed);
  const { seedBenefits } = await import("../examples/tea-house/benefits.ts");
  await seedBenefits(ground, seed);
  await remember(ground, { ...demo, filled: true });
}

/** Alerts and messages of an example world go to a simulator of its own, so that they are seen and reach nobody. @returns how to stop it */
export async function startDemoChannels(
  ground: Ground,
  say: (line: string) => void,
): Promise<(() => Promise<void>) | undefined> {
  const seeded = await seededOf(ground);
  if (seeded === undefined || (typeof seeded === "object" && "demo" in seeded)) return undefined;
  const { simSecret, startChannelSim } = await import("../channel-sim/server.ts");
  const sim = await startChannelSim({ port: ground.config.channel_sim_port });
  await useChannelSim(ground, { http: sim.url, smtp: sim.smtp_url }, simSecret);
  const { ALIYUN_KEY_ID, ALIYUN_SECRET } = await import("../channel-sim/aliyun.ts");
  const { WEBHOOK_SECRET } = await import("../channel-sim/webhook.ts");
  const { seedMessages } = await import("../examples/tea-house/messages.ts");
  const { seedNotices } = await import("../examples/tea-house/notices.ts");
  const { WECHAT_APP_ID, WECHAT_SECRET } = await import("../channel-sim/wechat.ts");
  const { WECOM_CORP_ID, WECOM_SECRET } = await import("../channel-sim/wecom.ts");
  const { seedJourneys } = await import("../examples/tea-house/journeys.ts");
  const keys = {
    access_key_id: ALIYUN_KEY_ID,
    access_key_secret: ALIYUN_SECRET,
    webhook_secret: WEBHOOK_SECRET,
    wecom: { corp_id: WECOM_CORP_ID, corp_secret: WECOM_SECRET },
    wechat: { app_id: WECHAT_APP_ID, app_secret: WECHAT_SECRET },
  };
  sim.wechat.trusting = true;
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await useMessageSim(tx, ground, { http: sim.url, smtp: sim.smtp_url, ...keys });
    await seedMessages(tx, ground);
    await seedJourneys(tx, ground);
  });
  await seedNotices(ground);
  say(`channel-sim: ${sim.url} · 示例世界的告警和消息在这里看`);
  const office = await startDemoOffice(ground, say);
  return async () => {
    await office();
    await sim.stop();
  };
}

/** The back office of the mall that the robots of an example world work in. @returns how to stop it */
async function startDemoOffice(ground: Ground, say: (line: string) => void): Promise<() => Promise<void>> {
  const { startMallOffice } = await import("../examples/mall-office/server.ts");
  const { DEMO_ROBOTS, OFFICE_SECRETS } = await import("../examples/mall-office/robots.ts");
  const office = await startMallOffice({ port: ground.config.mall_office_port });
  const world = { http: office.url, secrets: OFFICE_SECRETS, robots: DEMO_ROBOTS };
  await ground.store.write(SYSTEM_SCOPE, (tx) => useMallOffice(tx, ground, world));
  say(`mall-office: ${office.url} · 机器人在这个模拟的商城后台里干活`);
  return () => office.stop();
}

export interface RunningDemo {
  /** Nothing is sent any more. */
  quiet(): Promise<void>;
  /** Last of all: the world's time is kept as long as anybody asks for it. */
  stop(): Promise<void>;
}

/** Lets the filled-in example world go on. @throws demo.not_a_demo */
export async function startDemo(ground: Ground, say: (line: string) => void): Promise<RunningDemo> {
  const { clock } = ground;
  const demo = await seededOf(ground);
  if (!(clock instanceof WorldClock) || demo === undefined || typeof demo === "string" || "demo" in demo)
    throw problem("demo.not_a_demo");
  const { startLive } = await import("../examples/tea-house/live.ts");
  const time = await keepWorldTime(ground, clock);
  const live = await startLive(ground, demo);
  say(`The tea house goes on at ×${clock.rate} · 茶馆继续营业，时间 ×${clock.rate}`);
  return { quiet: () => live.stop(), stop: () => time.stop() };
}
