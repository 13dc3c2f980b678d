import type { AddressInfo } from "node:net";
import { compose } from "../src/composition.ts";
import { loadConfig } from "../src/config.ts";
import { loadDomains } from "../src/domains.ts";
import { systemClock } from "../src/platform/clock.ts";
import { makeLog } from "../src/platform/log.ts";
import { makeServer } from "../src/server.ts";

/** The server of bench/points-http.ts in a process of its own, on the data of the one that measures. */
const composition = await compose({
  config: loadConfig(process.env),
  clock: systemClock,
  log: makeLog("error"),
  domains: await loadDomains(),
});
const app = await makeServer(composition, { ready: true });
await app.listen({ port: 0, host: "127.0.0.1" });
process.stdout.write(`${(app.server.address() as AddressInfo).port}\n`);
process.on("SIGTERM", () => {
  // the database goes on serving the one that measures, which may just have no connection open: whoever closes last would stop it
  void app.close().then(() => process.exit(0));
});
