import type { Level } from "../platform/http.ts";
import { type Problem, problem } from "../platform/errors.ts";
import { LEVEL_NAMES, type Named, PERMISSION_NAMES } from "./permission-names.ts";
import { isPermission } from "./matrix.ts";
import { roleNamed } from "./roles.ts";

/** How old a second factor may be where a cell asks for one (RFC 9470 max_age). */
export const STRONG_SECONDS_MAX = 300;

/** Acts on one's own account, which no cell of the matrix stands for. */
const OWN: Named = { zh: "自己的账户安全", en: "your own account security" };

export interface Place {
  readonly permission: string;
  readonly level: Level;
}

/** The place in codes, for programs, and in the words of both languages, for the sentence. */
function inWords({ permission, level }: Place) {
  const name = isPermission(permission) ? PERMISSION_NAMES[permission] : OWN;
  return {
    permission,
    level,
    permission_zh: name.zh,
    permission_en: name.en,
    level_zh: LEVEL_NAMES[level].zh,
    level_en: LEVEL_NAMES[level].en,
  };
}

export function stepUp(place: Place): Problem {
  return problem("access.step_up_required", { ...inWords(place), minutes: STRONG_SECONDS_MAX / 60 });
}

export function notAllowed(role: string, version: number, place: Place): Problem {
  const { zh, en } = roleNamed(role);
  const words = { role, role_zh: zh, role_en: en, version };
  return problem("access.not_allowed", { ...inWords(place), ...words, outcome: "deny" });
}

/** For what cannot be put to a colleague one by one: a page, a list. */
export function approvalRequired(place: Place, version: number): Problem {
  return problem("access.approval_required", { ...inWords(place), version });
}

/** A program may do what it was given, as far as its owner's role goes, and nothing that asks for a person. */
export function clientNotAllowed(client: string, version: number, place: Place): Problem {
  return problem("access.client_not_allowed", { ...inWords(place), client, version });
}
