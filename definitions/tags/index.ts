import { BASIC_TAGS } from "./basic.ts";
import { CONSUMPTION_TAGS } from "./consumption.ts";
import { LIFECYCLE_TAGS } from "./lifecycle.ts";
import { PRICE_TAGS } from "./price.ts";
import { REACH_TAGS } from "./reach.ts";
import { PREFERENCE_TAGS } from "./preference.ts";
import { SOCIAL_TAGS } from "./social.ts";
import { VALUE_TAGS } from "./value.ts";
import type { TagDefinition } from "../../src/tags/definition.ts";

/** The shipped tags in the order of the catalogue. */
export const TAG_DEFINITIONS: readonly TagDefinition[] = [
  ...BASIC_TAGS,
  ...REACH_TAGS,
  ...CONSUMPTION_TAGS,
  ...LIFECYCLE_TAGS,
  ...PRICE_TAGS,
  ...PREFERENCE_TAGS,
  ...VALUE_TAGS,
  ...SOCIAL_TAGS,
];
