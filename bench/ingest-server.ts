import type { AddressInfo } from "node:net";
import { compose } from "../src/composition.ts";
import { loadConfig } from "../src/config.ts";
import { loadDomains } from "../src/domains.ts";
import { applyReceived, createSource, rotateKey } from "../src/ingest/index.ts";
import { systemClock } from "../src/platform/clock.ts";
import { makeLog } from "../src/platform/log.ts";
import { makeServer } from "../src/server.ts";
import { SYSTEM_SCOPE } from "../src/store/index.ts";

/**
 * The server of bench/ingest.ts in a process of its own: the HTTP part, so that the edge is measured by itself, and the
 * pipeline whenever a line comes in, so that it runs as in `npm start`: in the serving process, with its flags.
 */
const composition = await compose({
  config: loadConfig(process.env),
  clock: systemClock,
  log: makeLog("error"),
  domains: await loadDomains(),
});
const { ground } = composition;
const write_key = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
  const source = await createSource(
    tx,
    { key: "bench", name: "bench", kind: "segment", rate_per_second_max: 10_000_000 },
    ground.clock.now(),
  );
  return rotateKey(tx, source.source_id, ground.clock.now(), 0);
});
const app = await makeServer(composition, { ready: true });
await app.listen({ port: 0, host: "127.0.0.1" });
process.stdout.write(`${JSON.stringify({ port: (app.server.address() as AddressInfo).port, write_key })}\n`);
process.stdin.on("data", () => {
  void drain().then((drained) => process.stdout.write(`${JSON.stringify(drained)}\n`));
});
process.on("SIGTERM", () => {
  void app.close().then(async () => {
    await composition.close();
    process.exit(0);
  });
});

/** Applies everything that waits. */
async function drain(): Promise<{ applied: number; seconds: number }> {
  const began = performance.now();
  let applied = 0;
  for (;;) {
    const round = await applyReceived(ground);
    applied += round.applied;
    if (round.inboxes === 0) return { applied, seconds: (performance.now() - began) / 1000 };
  }
}
