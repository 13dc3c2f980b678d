import type { Domain } from "../domains.ts";
import "./errors.ts";
import { recoveryIndicators } from "./indicators.ts";

export const domain: Domain = {
  name: "recovery",
  migrations: new URL("./migrations/", import.meta.url),
  schemas: ["recovery"],
  indicators: recoveryIndicators,
};
