// A process of its own, so that the test can kill it: sixteen clients of the ledger who say what they were answered.
import { compose } from "../../src/composition.ts";
import { loadConfig } from "../../src/config.ts";
import { loadDomains } from "../../src/domains.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { Problem } from "../../src/platform/errors.ts";
import { makeLog } from "../../src/platform/log.ts";
import { type Command, ledgerOf } from "../../src/points/index.ts";

const CLIENTS = 16;
const OWNERS = 20;
const GRACE = "2099-12-31";

/** The request of a number, the same in every process: its reference is its key. */
export function requestOf(number: number): { key: string; command: Command } {
  const key = `request ${number}`;
  const owner = 1 + (number % OWNERS);
  const points = 1 + (number % 7);
  const before = `request ${Math.max(0, number - 1 - (number % 90))}`;
  const kinds: Command[] = [
    { type: "earn", owner, points: points * 3, reference: key },
    { type: "earn", owner, points: points * 2, last_day: "2098-01-01", reference: key },
    { type: "spend", wallet: [owner], points, reference: key },
    { type: "hold", wallet: [owner], points, reference: key, until_at: new Date("2099-01-01") },
    { type: "post", hold_id: 1 + (number % 200) },
    { type: "void", hold_id: 1 + (number % 190) },
    { type: "return_spent", reference: before, points: 1, grace_last_day: GRACE },
    { type: "claw_back", reference: before, wallet: [owner], points: 1 },
    { type: "transfer", wallet: [owner], to: 1 + ((number + 7) % OWNERS), points, reference: key },
  ];
  return { key, command: kinds[number % kinds.length] as Command };
}

if (process.argv[2] === "run") {
  const [first = 0, last = Number.MAX_SAFE_INTEGER] = process.argv.slice(3).map(Number);
  const composition = await compose({
    config: loadConfig(process.env),
    clock: systemClock,
    log: makeLog("fatal"),
    domains: await loadDomains(["points"]),
    migrated: true,
  });
  const ledger = ledgerOf(composition.ground);
  let next = first;
  const client = async () => {
    for (;;) {
      const number = next;
      next += 1;
      if (number > last) return;
      try {
        const answer = await ledger.submit(requestOf(number));
        process.stdout.write(`${number} ok ${JSON.stringify(answer)}\n`);
      } catch (error) {
        // a database that is away: whether it was done is for the next one to find out
        process.stdout.write(`${number} ${error instanceof Problem ? `no ${error.code}` : "unknown"}\n`);
        if (!(error instanceof Problem)) await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
  process.stdout.write("working\n");
  await Promise.all(Array.from({ length: CLIENTS }, client));
  await composition.close();
}
