import type { Ground } from "../../ground.ts";
import type { BusinessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import { writeBatch } from "./batch-store.ts";
import { Books, type Lot } from "./books.ts";
import type { Request } from "./command.ts";
import { lockHead, readSliding } from "./read-store.ts";
import { movesOn, type OwnActivity, type Sliding } from "./slide.ts";

/**
 * What numbers did from a day on that keeps points alive: orders that earn, also those that a budget still owes, and
 * spending. Both stand where they were written down anyway, so that whatever comes late or changes is seen here at once.
 */
const ACTIVITIES = `
  select owner, kind, day, min(reference) as reference from (
    select owner, 'purchase' as kind, day, cause as reference from points.earning
    where owner = any($1::bigint[]) and day >= $2::date and cause like 'order:%' and (points > 0 or refused is not null)
    union all
    select from_id, 'spend', (at at time zone $3)::date, reference from points.transfer
    where from_id = any($1::bigint[]) and from_kind in ('active', 'held') and to_kind = 'burned'
      and at >= ($2::date)::timestamp at time zone $3 and reference not like 'adjust:%'
  ) done group by owner, kind, day`;

function activitiesOf(
  tx: Tx,
  numbers: readonly number[],
  since: BusinessDay,
  timezone: string,
): Promise<OwnActivity[]> {
  return tx.query<OwnActivity>(ACTIVITIES, [numbers, since, timezone]);
}

const earliest = (lots: readonly Sliding[]): BusinessDay =>
  lots.reduce(
    (first, { slide_from }) => (slide_from !== null && slide_from < first ? slide_from : first),
    "9999-12-31",
  );

/** What has kept points alive meanwhile that now come back. */
export async function readActivities(
  tx: Tx,
  ground: Ground,
  { lots, requests }: { readonly lots: readonly Lot[]; readonly requests: readonly Request[] },
): Promise<OwnActivity[]> {
  const returns = requests.flatMap(({ command }) => (command.type === "return_spent" ? [command] : []));
  const sliding = lots.filter(({ slide }) => slide !== null);
  if (returns.length === 0 || sliding.length === 0) return [];
  const numbers = [...sliding.map(({ owner }) => owner), ...returns.flatMap(({ wallet = [] }) => wallet)];
  return activitiesOf(tx, [...new Set(numbers)], earliest(sliding), ground.config.timezone);
}

/**
 * Moves the last days of what members have to what their activities make of them, as one batch of the chain in the caller's
 * transaction. Doing it twice changes nothing more. @param wallets the numbers of each member
 * @returns the numbers whose points live longer now
 */
export async function slideWithin(tx: Tx, ground: Ground, wallets: readonly (readonly number[])[]): Promise<number[]> {
  const numbers = wallets.flat();
  const some = await tx.query(
    "select 1 from points.lot where owner = any($1::bigint[]) and open and slide is not null limit 1",
    [numbers],
  );
  if (some.length === 0) return [];
  const head = await lockHead(tx);
  const snapshot = await readSliding(tx, head, numbers);
  const books = new Books(snapshot);
  const done = await activitiesOf(tx, numbers, earliest(snapshot.lots), ground.config.timezone);
  const doneBy = Map.groupBy(done, ({ owner }) => owner);
  for (const wallet of wallets) {
    const lots = books.lotsOf(wallet);
    const activities = lots.length === 0 ? [] : wallet.flatMap((number) => doneBy.get(number) ?? []);
    for (const lot of lots) {
      const moved = movesOn(lot, activities);
      if (moved !== undefined) books.moveOn(lot, moved.last_day, moved.by);
    }
  }
  await writeBatch(tx, { head, books, at: ground.clock.now() }, []);
  return [...new Set(books.expiryMoves().map(({ owner }) => owner))];
}
