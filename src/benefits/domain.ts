import type { Domain } from "../domains.ts";
import "./errors.ts";

export const domain: Domain = {
  name: "benefits",
  no_indicators: "So far it reckons baskets and keeps nothing.",
};
