// A process of its own, so that the test can kill it: lets members into a journey, walks them, decides and sends, and says whom it has let in.
import { CARRIERS } from "../../src/channels/messages/carriers.ts";
import { Sending } from "../../src/channels/messages/sending.ts";
import { compose } from "../../src/composition.ts";
import { loadConfig } from "../../src/config.ts";
import { loadDomains } from "../../src/domains.ts";
import { advance, enterByApi, publishJourney, saveJourney } from "../../src/journeys/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { makeLog } from "../../src/platform/log.ts";
import { sleep, startLoop } from "../../src/platform/timers.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { journey } from "../support/journey-shop.ts";
import { MessageDesk, SMS } from "../support/message-desk.ts";

const PER_STEP = 5;
// an answer of the simulator takes milliseconds: a lease of a second and a half is long over when somebody asks
const PACE = { lease_ms: 1_500, ask_after_ms: 500, believe_after_ms: 1_000 };
const JOURNEY = journey("kill", {
  start: "split",
  nodes: {
    split: {
      kind: "random",
      branches: [
        { percent: 50, next: "say" },
        { percent: 50, next: "give" },
      ],
    },
    say: { kind: "message", template: "kill_first", next: "give" },
    give: { kind: "points", points: 10, valid_days: 30, next: "rest" },
    rest: { kind: "wait", for: { amount: 1, unit: "minutes" }, next: "more" },
    more: { kind: "message", template: "kill_second", next: "out" },
    out: { kind: "exit" },
  },
});

const [mode = "", first = "0"] = process.argv.slice(2);
const composition = await compose({
  config: loadConfig(process.env),
  clock: systemClock,
  log: makeLog("fatal"),
  domains: await loadDomains(),
  migrated: true,
});
const { ground } = composition;

if (mode === "prepare") {
  const [sim = "", members = "0"] = process.argv.slice(3);
  const desk = new MessageDesk(ground);
  for (let number = 1; number <= Number(members); number += 1) await desk.member(number);
  for (const [template, service_template, text] of [
    ["kill_first", "SMS_FIRST", "欢迎，拒收请回复R"],
    ["kill_second", "SMS_SECOND", "又见面了，拒收请回复R"],
  ] as const)
    await desk.template(template, { ...SMS, text, parameters: {}, variables: [], service_template });
  await desk.smsTo(sim);
  await desk.policy();
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await saveJourney(tx, ground, JOURNEY, { person_id: null });
    await publishJourney(tx, ground, JOURNEY.key, { person_id: null });
  });
  await composition.close();
  process.stdout.write("working\n");
}

if (mode === "run") {
  const onError = () => undefined;
  startLoop(async () => (await advance(ground)) > 0, { idle_ms: 20, onError });
  const carrier = CARRIERS.find(({ channel }) => channel === "sms");
  if (carrier === undefined) throw new Error("no SMS");
  const way = new Sending(ground, carrier, PACE);
  startLoop(() => way.round(), { idle_ms: 20, onError });
  process.stdout.write("working\n");
  const last = Number(process.argv[4] ?? 0);
  for (let number = Number(first); first !== "drain" && number + PER_STEP <= last; number += PER_STEP) {
    const member_ids = Array.from({ length: PER_STEP }, (_, n) => number + n + 1);
    try {
      await ground.store.write(SYSTEM_SCOPE, (tx) =>
        enterByApi(tx, ground, JOURNEY.key, { member_ids, key: `part ${number}` }),
      );
      process.stdout.write(`entered ${number}\n`);
    } catch {
      number -= PER_STEP;
    }
    await sleep(40);
  }
}
