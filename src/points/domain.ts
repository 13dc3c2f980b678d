import type { Domain } from "../domains.ts";
import "./errors.ts";

export const domain: Domain = {
  name: "points",
  migrations: new URL("./migrations/", import.meta.url),
  schemas: ["points"],
};
