import type { Ground } from "../ground.ts";
import type { Tx } from "../store/index.ts";
import { storeNames } from "./catalogue-names.ts";

/** A member as every list shows it; names and numbers as the one who asks may see them, masked by default. */
export interface MemberRow {
  readonly member_id: number;
  readonly name_masked: string | null;
  readonly phone_masked: string | null;
  readonly home_store: string | null;
  readonly home_store_code: string | null;
  readonly city: string | null;
  readonly joined_at: Date;
  readonly last_order_at: Date | null;
  readonly orders: number;
  readonly net_fen: number;
  readonly sources: number;
  readonly flags: readonly string[];
}

export interface ProfileRow {
  readonly member_id: number;
  readonly name_token: string | null;
  readonly phone_token: string | null;
  readonly home_store_code: string | null;
  readonly associate_code: string | null;
  readonly city: string | null;
  readonly joined_at: Date;
  readonly join_channel: string | null;
  readonly last_order_at: Date | null;
  readonly orders: number;
  readonly net_minor: number;
  readonly sources: number;
  readonly is_staff: boolean;
  readonly is_test: boolean;
  readonly is_wholesale: boolean;
  readonly is_reseller: boolean;
}

export const PROFILE_ROW =
  "f.member_id, f.name_token, f.phone_token, f.home_store_code, f.associate_code, f.city, f.joined_at, f.join_channel, f.last_order_at, f.orders, f.net_minor, f.sources, f.is_staff, f.is_test, f.is_wholesale, f.is_reseller";

export function flagsOf(row: ProfileRow): string[] {
  const flags: [string, boolean][] = [
    ["staff", row.is_staff],
    ["test", row.is_test],
    ["wholesale", row.is_wholesale],
    ["reseller", row.is_reseller],
  ];
  return flags.filter(([, holds]) => holds).map(([flag]) => flag);
}

/** Profiles as list rows, in the same order. */
export async function memberRows(tx: Tx, ground: Ground, rows: readonly ProfileRow[]): Promise<MemberRow[]> {
  const tokens = rows.flatMap((row) => [row.name_token, row.phone_token]).filter((token) => token !== null);
  const masked = await maskedValues(tx, ground, tokens);
  const stores = await storeNames(
    tx,
    rows.map((row) => row.home_store_code),
  );
  return rows.map((row) => ({
    member_id: row.member_id,
    name_masked: row.name_token === null ? null : (masked.get(row.name_token) ?? null),
    phone_masked: row.phone_token === null ? null : (masked.get(row.phone_token) ?? null),
    home_store: row.home_store_code === null ? null : (stores.get(row.home_store_code) ?? row.home_store_code),
    home_store_code: row.home_store_code,
    city: row.city,
    joined_at: row.joined_at,
    last_order_at: row.last_order_at,
    orders: row.orders,
    net_fen: row.net_minor,
    sources: row.sources,
    flags: flagsOf(row),
  }));
}

/** Sealed values as whoever asks may see them, by token; what was destroyed, or is not for them, is left out. */
export async function maskedValues(tx: Tx, ground: Ground, tokens: readonly string[]): Promise<Map<string, string>> {
  switch (tx.scope.personal ?? "mask") {
    case "omit":
      return new Map();
    case "clear":
      return new Map([...(await ground.vault.open(tx, tokens))].map(([token, { value }]) => [token, value]));
    default:
      return ground.vault.openMasked(tx, tokens);
  }
}

/** Rows of these members in the order given, without those that are no members (any more). */
export async function memberRowsById(tx: Tx, ground: Ground, member_ids: readonly number[]): Promise<MemberRow[]> {
  const rows = await tx.query<ProfileRow>(
    `select ${PROFILE_ROW} from unnest($1::bigint[]) with ordinality as wanted (member_id, place)
     join members.profile f using (member_id) order by place`,
    [member_ids],
  );
  return memberRows(tx, ground, rows);
}
