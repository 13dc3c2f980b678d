import type { ClearIdentity, ClearRecord } from "../record.ts";
import { IDENTITY_KINDS, type IdentityKind } from "../vocabulary/identity-kinds.ts";
import { addIdentity, type Decoded, isObject, type PlainObject, textOf } from "./decoded.ts";

const KINDS: ReadonlySet<string> = new Set(IDENTITY_KINDS);

/**
 * Records in the vocabulary's own words: `{kind, key, occurred_at, identities, body}`. Identities are a list
 * `[{kind, value, namespace}]` or an object `{phone: "…"}`. @param batch_key the Idempotency-Key of the request: records
 * without a key of their own are numbered under it.
 */
export function decodeRest(records: readonly unknown[], batch_key: string | undefined): Decoded {
  const decoded: Decoded = { records: [], rejects: [] };
  for (const [i, given] of records.entries()) {
    const place = `records[${i}]`;
    if (!isObject(given) || !isObject(given["body"] ?? {})) {
      decoded.rejects.push({ place, code: "ingest.body_invalid", params: { place }, original: { record: given } });
      continue;
    }
    const key = textOf(given["key"]) ?? (batch_key === undefined ? undefined : `${batch_key}#${i}`);
    const found = identitiesOf(given["identities"]);
    if (typeof found === "string") {
      const params = { place, identity: found.slice(0, 60) };
      decoded.rejects.push({ place, code: "ingest.identity_kind_unknown", params, original: { record: given, key } });
      continue;
    }
    decoded.records.push(restRecord(given, key, found, place));
  }
  return decoded;
}

function restRecord(
  given: PlainObject,
  key: string | undefined,
  identities: ClearIdentity[],
  place: string,
): ClearRecord {
  return {
    kind: textOf(given["kind"]) ?? "",
    ...(key === undefined ? {} : { key }),
    occurred_at: textOf(given["occurred_at"]) ?? "",
    identities,
    body: (given["body"] ?? {}) as PlainObject,
    place,
    original: { record: given, key },
  };
}

/** The identities, or the name of a kind that does not exist. */
function identitiesOf(given: unknown): ClearIdentity[] | string {
  const list: ClearIdentity[] = [];
  if (isObject(given)) {
    for (const [kind, value] of Object.entries(given)) {
      if (!KINDS.has(kind)) return kind;
      for (const one of Array.isArray(value) ? (value as unknown[]) : [value])
        addIdentity(list, kind as IdentityKind, one);
    }
    return list;
  }
  for (const one of Array.isArray(given) ? (given as unknown[]) : []) {
    if (!isObject(one)) continue;
    const kind = textOf(one["kind"]) ?? "";
    if (!KINDS.has(kind)) return kind;
    addIdentity(list, kind as IdentityKind, one["value"], textOf(one["namespace"]));
  }
  return list;
}
