import type { AddressInfo } from "node:net";
import { compose } from "../src/composition.ts";
import { loadConfig } from "../src/config.ts";
import { loadDomains } from "../src/domains.ts";
import { createSource, rotateKey } from "../src/ingest/index.ts";
import { systemClock } from "../src/platform/clock.ts";
import { makeLog } from "../src/platform/log.ts";
import { makeServer } from "../src/server.ts";
import { SYSTEM_SCOPE } from "../src/store/index.ts";

/** The server of bench/ingest.ts in a process of its own: the HTTP part only, so that the edge is measured by itself. */
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
process.on("SIGTERM", () => {
  void app.close().then(async () => {
    await composition.close();
    process.exit(0);
  });
});
