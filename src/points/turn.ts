import type { Ground } from "../ground.ts";
import { isWaitingFrom } from "../ingest/index.ts";
import { type BusinessDay, startOfDay } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { activateDue, expireDue, type Swept } from "./ledger/sweep.ts";
import { settleMembers } from "./rules/settle.ts";

/** Members judged in one transaction: some tenths of a second. */
const MEMBERS_AT_ONCE = 400;

/** Whose points are about to expire whose last day might still move on by what they did until then. */
const DUE = `select distinct owner, member_id from points.lot left join catalogue.parties on party_id = owner
  where open and active > 0 and slide is not null and last_day < $1::date and owner > $2 order by owner limit $3`;

/**
 * Judges what is known of members whose points are about to expire. It looks at their orders themselves, not at what has been
 * told of them, so that nothing on its way is missed. @returns whether all could be judged: records that came before midnight
 * are still waiting otherwise
 */
async function judgeDue(ground: Ground, today: BusinessDay): Promise<boolean> {
  for (let after = -1; ; ) {
    const due = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      const rows = await tx.query<{ owner: number; member_id: number | null }>(DUE, [today, after, MEMBERS_AT_ONCE]);
      if (rows.length === 0) return [];
      if (await isWaitingFrom(tx, startOfDay(today, ground.config.timezone))) return undefined;
      await tx.query("select pg_advisory_xact_lock(hashtext('points.settle'))");
      const member_ids = [...new Set(rows.flatMap(({ member_id }) => (member_id === null ? [] : [member_id])))];
      await settleMembers(tx, ground, { member_ids });
      return rows.map(({ owner }) => owner);
    });
    if (due === undefined) return false;
    after = due.at(-1) ?? after;
    if (due.length < MEMBERS_AT_ONCE) return true;
  }
}

/** Points expire, after their members were judged: an order of the last day keeps them alive, however late it was looked at. */
export async function expireJudged(ground: Ground, today: BusinessDay): Promise<number> {
  return (await judgeDue(ground, today)) ? expireDue(ground, today) : 0;
}

/**
 * What a business day brings to points, in the fixed order of the platform. May be stopped anywhere and run again; after
 * days of outage it catches up in one run. @param today everything due on or before this day is done
 */
export async function turnDay(ground: Ground, today: BusinessDay): Promise<Pick<Swept, "activated" | "expired">> {
  return { activated: await activateDue(ground, today), expired: await expireJudged(ground, today) };
}
