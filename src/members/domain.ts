import type { Domain } from "../domains.ts";
import "./errors.ts";
import { relations } from "./relations.ts";
import { stage } from "./stage.ts";

export const domain: Domain = {
  name: "members",
  migrations: new URL("./migrations/", import.meta.url),
  schemas: ["members"],
  relations,
  stage,
};
