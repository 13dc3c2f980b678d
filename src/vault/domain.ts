import type { Domain } from "../domains.ts";
import { vaultJobs, vaultSchedules } from "./jobs.ts";
import { keyAge } from "./key-age.ts";

export const domain: Domain = {
  name: "vault",
  migrations: new URL("./migrations/", import.meta.url),
  schemas: ["vault"],
  jobs: vaultJobs,
  schedules: vaultSchedules,
  indicators: [keyAge],
};
