import type { Tx } from "../store/index.ts";
import { HAS_COME } from "./access-store.ts";

/** Somebody who uses the console, for rosters and signatures; the address only for mail that the platform itself sends. */
export interface StaffMember {
  readonly person_id: number;
  readonly name: string;
  readonly role: string;
  readonly email: string;
}

/** Everybody whose account is open, in the order they came. */
export function activeStaff(tx: Tx): Promise<StaffMember[]> {
  return tx.query(
    `select person_id, name, role, email from access.person p where disabled_at is null and ${HAS_COME} order by person_id`,
  );
}

/** Names by number, of people who left as well. */
export async function staffNames(tx: Tx, person_ids: readonly (number | null)[]): Promise<ReadonlyMap<number, string>> {
  const rows = await tx.query<{ person_id: number; name: string }>(
    "select person_id, name from access.person where person_id = any($1)",
    [person_ids.filter((id) => id !== null)],
  );
  return new Map(rows.map((row) => [row.person_id, row.name]));
}
