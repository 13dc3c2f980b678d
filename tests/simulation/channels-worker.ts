// A process of its own, so that the test can kill it: asks for messages and tells of changes, decides, sends, and says what it has committed.
import { subscriptionsOf } from "../../src/background.ts";
import { CARRIERS } from "../../src/channels/messages/carriers.ts";
import { Sending } from "../../src/channels/messages/sending.ts";
import { requestMessages } from "../../src/channels/index.ts";
import { Lanes } from "../../src/channels/webhooks/deliver.ts";
import { insertEndpoint } from "../../src/channels/webhooks/endpoint-store.ts";
import { newWebhookSecret } from "../../src/channels/webhooks/signature.ts";
import { compose } from "../../src/composition.ts";
import { loadConfig } from "../../src/config.ts";
import { loadDomains } from "../../src/domains.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { makeLog } from "../../src/platform/log.ts";
import { sleep, startLoop } from "../../src/platform/timers.ts";
import { emit, startOutbox, SYSTEM_SCOPE } from "../../src/store/index.ts";
import { MessageDesk, SMS } from "../support/message-desk.ts";

const MEMBERS = 40;
const PER_STEP = 5;
// an answer of the simulator takes milliseconds: a lease of a second and a half is long over when somebody asks
const PACE = { lease_ms: 1_500, ask_after_ms: 500, believe_after_ms: 1_000 };
const WEBHOOK_PACE = { timeout_ms: 1_000, lease_ms: 1_500 };

const [mode = "", first = "0"] = process.argv.slice(2);
const composition = await compose({
  config: loadConfig(process.env),
  clock: systemClock,
  log: makeLog("fatal"),
  domains: await loadDomains(["channels"]),
  migrated: true,
});
const { ground } = composition;

if (mode === "prepare") {
  const [sim = "", receiver = ""] = process.argv.slice(3);
  const desk = new MessageDesk(ground);
  for (let number = 1; number <= MEMBERS; number += 1) await desk.member(number);
  await desk.template("kill_sms", SMS);
  await desk.smsTo(sim);
  await desk.policy();
  const endpoint = {
    name: "witness",
    address: receiver,
    kinds: ["tier.changed"],
    secret: newWebhookSecret(),
    made_by: null,
  };
  await ground.store.write(SYSTEM_SCOPE, (tx) => insertEndpoint(tx, ground, endpoint));
  await composition.close();
  process.stdout.write("working\n");
}

if (mode === "run") {
  const onError = () => undefined;
  const lanes = new Lanes(ground, WEBHOOK_PACE);
  await startOutbox(ground, subscriptionsOf(composition));
  startLoop(() => lanes.round(), { idle_ms: 20, onError });
  for (const carrier of CARRIERS) {
    const way = new Sending(ground, carrier, PACE);
    startLoop(() => way.round(), { idle_ms: 20, onError });
  }
  process.stdout.write("working\n");
  for (let number = Number(first); first !== "drain"; number += PER_STEP) {
    const numbers = Array.from({ length: PER_STEP }, (_, n) => number + n);
    try {
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const requests = numbers.map((n) => ({
          effect_key: `effect ${n}`,
          member_id: 1 + (n % MEMBERS),
          template: "kill_sms",
          variables: { points: n },
        }));
        const { fresh } = await requestMessages(tx, ground, "kill", requests);
        // a step that was committed before is not told again either
        if (fresh > 0) await emit(tx, "tiers.changed", [{ changes: numbers.map((n) => ({ member_id: n })) }]);
      });
      process.stdout.write(`asked ${number}\n`);
    } catch {
      number -= PER_STEP;
    }
    await sleep(15);
  }
}
