import type { Scope } from "../store/index.ts";
import { mask } from "../vault/index.ts";

/** THE way a personal value leaves: in clear, masked or not at all, as the permission matrix says for whoever asks. */
export function shown(scope: Scope, kind: string, value: string): string | null {
  switch (scope.personal ?? "mask") {
    case "clear":
      return value;
    case "omit":
      return null;
    default:
      return mask(kind, value);
  }
}

/** Rows of members (alias f) that the scope lets one see; `first` is the number of its first of two parameters. */
export function seenMembers(first: number): string {
  return `($${first}::text[] is null or f.home_store_code = any($${first}) or f.member_id = any($${first + 1}::bigint[]))`;
}

export function seenValues(scope: Scope): [stores: readonly string[] | null, found: readonly number[]] {
  return [scope.stores === "all" ? null : scope.stores, scope.found ?? []];
}
