import type { Field } from "./field.ts";

/**
 * The record vocabulary: everything any source can tell us is one of these kinds.
 * Tags and segments read records, never a later domain; later domains write these same kinds.
 * Amounts are integers in minor units of `currency`; instants are ISO 8601 with zone.
 */
export interface KindInfo {
  readonly kind: string;
  readonly zh: string;
  readonly en: string;
  /** `master` states how something is; `fact` says that something happened. */
  readonly nature: "master" | "fact";
  /** Whether it says something about a person, so that it goes through identity. */
  readonly personal: boolean;
  readonly fields: readonly Field[];
}
