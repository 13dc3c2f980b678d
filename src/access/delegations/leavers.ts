import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/errors.ts";
import { defineJob, SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { countActiveOwners, personById, type PersonRow } from "../access-store.ts";
import { systemEntry } from "../audit/entry.ts";
import { auditWriter } from "../audit/writer.ts";
import { requireMayAct } from "../person-acts.ts";

const LEAVERS_JOB = "access.end_leavers";

/**
 * Says when an account ends by itself, or that it does not with null. Sessions and keys stop at that very instant; the
 * account is marked as disabled within ten minutes of it.
 * @throws access.person_not_found, access.own_account, access.owner_only, access.last_owner
 */
export async function setLeaving(
  ground: Ground,
  by: Pick<PersonRow, "person_id" | "role">,
  person_id: number,
  leaves_at: Date | null,
): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await tx.query("select pg_advisory_xact_lock(480813)");
    const person = await personById(tx, person_id);
    if (person === undefined) throw problem("access.person_not_found");
    requireMayAct(by, person);
    if (person.role === "owner" && leaves_at !== null && (await ownersWhoStay(tx, person_id)) === 0)
      throw problem("access.last_owner");
    await tx.query("update access.person set leaves_at = $2 where person_id = $1", [person_id, leaves_at]);
  });
}

async function ownersWhoStay(tx: Tx, but_for: number): Promise<number> {
  if ((await countActiveOwners(tx)) <= 1) return 0;
  const row = await tx.one<{ count: number }>(
    "select count(*) as count from access.person where role = 'owner' and disabled_at is null and leaves_at is null and person_id <> $1",
    [but_for],
  );
  return row?.count ?? 0;
}

/** Disables whose instant has come and ends their sessions. @returns how many */
export async function endLeavers(ground: Ground): Promise<number> {
  const now = ground.wall.now();
  const gone = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const rows = await tx.query<{ person_id: number }>(
      "update access.person set disabled_at = leaves_at where leaves_at <= $1 and disabled_at is null returning person_id",
      [now],
    );
    await tx.query("delete from access.session where person_id = any($1)", [rows.map((row) => row.person_id)]);
    return rows.map((row) => row.person_id);
  });
  if (gone.length > 0) await auditWriter(ground).append(systemEntry(now, "access.leavers_end", { people: gone }));
  return gone.length;
}

export const leaverJobs = [
  defineJob({ kind: LEAVERS_JOB, run: async ({ ground }) => ({ ended: await endLeavers(ground) }) }),
];
export const leaverSchedules = [{ kind: LEAVERS_JOB, cron: "*/10 * * * *" }];

/** What somebody would leave behind: to be handed over before they go. */
export interface Owned {
  readonly clients: readonly { readonly client_id: number; readonly name: string }[];
  readonly matrix_versions: readonly { readonly version: number; readonly state: string }[];
  readonly delegations: readonly { readonly delegation_id: number }[];
}

export async function ownedBy(tx: Tx, person_id: number, now: Date): Promise<Owned> {
  return {
    clients: await tx.query(
      "select client_id, name from access.client where owner_id = $1 and revoked_at is null order by client_id",
      [person_id],
    ),
    matrix_versions: await tx.query(
      `select version, state from access.matrix_version
       where state in ('draft', 'submitted') and (author_id = $1 or $1 = any(editors)) order by version`,
      [person_id],
    ),
    delegations: await tx.query(
      `select delegation_id from access.delegation where (giver_id = $1 or taker_id = $1) and ended_at is null and until_at > $2
       order by delegation_id`,
      [person_id, now],
    ),
  };
}
