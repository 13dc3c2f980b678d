import { SYSTEM_SCOPE, type Store, type Tx } from "../../store/index.ts";

/** One way in which a ledger can be wrong, and how often it is. */
export interface Finding {
  readonly check: string;
  readonly wrong: number;
}

export interface VerifyResult {
  readonly ok: boolean;
  readonly batches: number;
  readonly transfers: number;
  /** Points that members have or owe, with those of the accounts: 0, always. */
  readonly sum: number;
  readonly findings: readonly Finding[];
}

/** Every balance anew from the transfers alone. */
const CHECKS: Readonly<Record<string, string>> = {
  hash: `select count(*) as wrong from points.batch b
    where b.hash <> points.batch_hash(b.previous_hash, b.first_transfer_id, b.transfers, b.batch_id)`,
  chain: `select count(*) as wrong from (
      select batch_id, previous_hash, first_transfer_id,
        lag(hash, 1, decode(repeat('00', 32), 'hex')) over w as expected,
        lag(batch_id, 1, 0::bigint) over w as before,
        lag(first_transfer_id + transfers, 1, 1::bigint) over w as next_transfer_id
      from points.batch window w as (order by batch_id)) b
    where previous_hash <> expected or batch_id <> before + 1 or first_transfer_id <> next_transfer_id`,
  head: `select count(*) as wrong from points.head h where h.hash <> coalesce(
      (select hash from points.batch order by batch_id desc limit 1), decode(repeat('00', 32), 'hex'))
    or h.transfer_id <> (select count(*) from points.transfer) or h.batch_id <> (select count(*) from points.batch)`,
  accounts: `select count(*) as wrong from points.account a where a.balance <> coalesce((
      select sum(case when to_id = a.account_id and to_kind = a.kind then points else 0 end)
        - sum(case when from_id = a.account_id and from_kind = a.kind then points else 0 end)
      from points.transfer where (to_id = a.account_id and to_kind = a.kind) or (from_id = a.account_id and from_kind = a.kind)), 0)`,
  lots: `with sides as (
      select to_lot as lot_id, to_kind as kind, points from points.transfer where to_lot is not null
      union all select from_lot, from_kind, -points from points.transfer where from_lot is not null
    ), placed as (
      select lot_id, coalesce(sum(points) filter (where kind = 'pending'), 0) as pending,
        coalesce(sum(points) filter (where kind = 'active'), 0) as active,
        coalesce(sum(points) filter (where kind = 'held'), 0) as held,
        coalesce(sum(points) filter (where kind = 'burned'), 0) as burned,
        coalesce(sum(points) filter (where kind = 'expired'), 0) as expired
      from sides group by lot_id)
    select count(*) as wrong from points.lot l full join placed p using (lot_id)
    where (l.pending, l.active, l.held, l.burned, l.expired) is distinct from (p.pending, p.active, p.held, p.burned, p.expired)`,
  expiry: `with moves as (
      select lot_id, from_day, to_day, lead(from_day) over w as next_day, row_number() over (partition by lot_id order by batch_id desc, place desc) as back
      from points.expiry_move m cross join unnest(m.lots) lot_id window w as (partition by lot_id order by batch_id, place)
    )
    select (select count(*) from moves where next_day is not null and next_day <> to_day)
      + (select count(*) from moves m full join (select * from points.lot where slide is not null) l using (lot_id)
          where m.back = 1 and l.last_day is distinct from m.to_day) as wrong`,
  debts: `with sides as (
      select from_id as owner, points from points.transfer where from_kind = 'debt'
      union all select to_id, -points from points.transfer where to_kind = 'debt'
    ), owed as (select owner, sum(points) as owed from sides group by owner)
    select count(*) as wrong from points.debt d full join owed o using (owner) where coalesce(d.owed, 0) <> coalesce(o.owed, 0)`,
  holds: `select count(*) as wrong from points.lot l where l.held <> coalesce((
      select sum(p.points) from points.hold_part p join points.hold h using (hold_id)
      where p.lot_id = l.lot_id and h.state = 'open'), 0)`,
};

/**
 * Looks at the whole ledger: the chain of batches, and whether every balance is what its transfers say.
 * @param store the ledger's database @returns what is wrong by check; `ok` when nothing is
 */
export async function verifyLedger(store: Store): Promise<VerifyResult> {
  return store.read(SYSTEM_SCOPE, async (tx) => {
    const findings: Finding[] = [];
    for (const [check, sql] of Object.entries(CHECKS)) {
      const row = await tx.one<{ wrong: number }>(sql);
      findings.push({ check, wrong: Number(row?.wrong ?? 1) });
    }
    const total = await tx.one<{ batches: number; transfers: number }>(
      "select (select count(*) from points.batch) as batches, (select count(*) from points.transfer) as transfers",
    );
    const sum = await ledgerSum(tx);
    const ok = sum === 0 && findings.every(({ wrong }) => wrong === 0);
    return { ok, sum, batches: total?.batches ?? 0, transfers: total?.transfers ?? 0, findings };
  });
}

/** Points that members have and owe, with the balances of all accounts: 0, always. */
export async function ledgerSum(tx: Tx): Promise<number> {
  const row = await tx.one<{ sum: number }>(
    `select ((select coalesce(sum(balance), 0) from points.account)
        + (select coalesce(sum(pending + active + held), 0) from points.lot where open)
        - (select coalesce(sum(owed), 0) from points.debt))::bigint as sum`,
  );
  return row?.sum ?? 0;
}
