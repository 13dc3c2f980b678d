import { randomBytes } from "node:crypto";
import { newSecret } from "../../platform/ids.ts";
import { PERMISSIONS, type Permission } from "../roles.ts";

/** A program that calls the API, as its key finds it. */
export interface ClientRow {
  readonly client_id: number;
  readonly name: string;
  readonly owner_id: number;
  readonly permissions: readonly string[];
  /** null: all rows of the owner. */
  readonly stores: readonly string[] | null;
  /** Networks in CIDR notation or single addresses; empty: any. */
  readonly addresses: readonly string[];
  readonly rate_per_minute: number;
  readonly made_at: Date;
  readonly revoked_at: Date | null;
  readonly last_used_at: Date | null;
  readonly last_used_ip: string | null;
  readonly last_refused_at: Date | null;
  readonly last_refused_why: string | null;
  readonly last_refused_ip: string | null;
}

export interface ClientKeyRow {
  readonly key_id: number;
  readonly client_id: number;
  readonly prefix: string;
  readonly made_at: Date;
  readonly expires_at: Date;
  readonly revoked_at: Date | null;
}

export const EXPIRY_DAYS_DEFAULT = 90;
export const EXPIRY_DAYS_MAX = 365;
/** How long the key before stays good beside a new one, at most. */
export const OVERLAP_HOURS_MAX = 168;
export const RATE_PER_MINUTE_DEFAULT = 600;
export const RATE_PER_MINUTE_MAX = 6_000;
export const CLIENTS_MAX = 200;

/** Acts that somebody answers for by name, to colleagues or to an authority: a program never has them. */
const KEPT_FOR_PEOPLE: ReadonlySet<string> = new Set<string>([
  "people.manage",
  "people.tablets",
  "matrix.read",
  "matrix.manage",
  "matrix.approve",
  "approvals.decide",
  "audit.read",
  "privacy.file",
  "privacy.handle",
  "tags.review",
  "trust.handle",
  "trust.manage",
  "keys.manage",
]);

export const mayBeGivenToClients = (permission: string): boolean => !KEPT_FOR_PEOPLE.has(permission);

export const CLIENT_PERMISSIONS: readonly Permission[] = PERMISSIONS.filter(mayBeGivenToClients);

const KEY_START = "htk_";
const PREFIX_BYTES = 6;
const PREFIX_LENGTH = KEY_START.length + (PREFIX_BYTES / 3) * 4;
const BEARER = /^bearer (htk_[\w-]{51})$/i;

/** A new key: `htk_`, eight characters by which it is told apart, and 256 random bits. */
export function newKey(): string {
  return KEY_START + randomBytes(PREFIX_BYTES).toString("base64url") + newSecret();
}

export function prefixOf(key: string): string {
  return key.slice(0, PREFIX_LENGTH);
}

/** Whether a request comes from a program: another scheme or another kind of token is none of ours. */
export function bearsKey(authorization: string | undefined): boolean {
  return authorization !== undefined && /^bearer\s+htk_/i.test(authorization);
}

/** The key of a header, or undefined where it cannot be one. */
export function keyOf(authorization: string | undefined): string | undefined {
  return BEARER.exec(authorization ?? "")?.[1];
}
