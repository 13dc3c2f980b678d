import type { Domain } from "../domains.ts";
import "./errors.ts";

export const domain: Domain = {
  name: "ingest",
  migrations: new URL("./migrations/", import.meta.url),
};
