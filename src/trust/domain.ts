import type { Domain } from "../domains.ts";
import { privacyJobs, privacyRoutes } from "./privacy/index.ts";

export const domain: Domain = {
  name: "trust",
  migrations: new URL("./migrations/", import.meta.url),
  schemas: ["trust"],
  routes: privacyRoutes,
  jobs: privacyJobs,
};
