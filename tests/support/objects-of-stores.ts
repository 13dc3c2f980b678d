/** Statements that make one object of a store, and of its member, each. */

export const GRANT = `insert into tiers.grant (member_id, tier, from_day, until_day, reason, granted_at, state)
  values ($1, 'gold', '2026-03-01', '2027-03-01', 'test', now(), 'in_force') returning grant_id as id`;

export const TABLET = `insert into access.tablet (store_code, name, place, made_by, made_at)
  values ($1, 'test', 1, 1, now()) returning tablet_id as id`;

export const REDEMPTION = `insert into benefits.redemption (order_reference, store_code, channel, currency, owner, state, until_at, amount_minor,
    discount_minor, day, made_at)
  values ('R-' || $1, $1, 'store', 'CNY', $2, 'held', now() + interval '1 day', 8800, 0, '2026-03-03', now()) returning redemption_id as id`;

export const BENEFIT = `with made as (insert into benefits.benefit values ('test_gift', now()) on conflict do nothing returning benefit)
  insert into benefits.benefit_version (benefit, version, definition, origin, saved_at, published_at, first_day)
  select benefit, 1, $1, 'console', now(), now(), '2026-03-01' from made`;

export const ENTITLEMENT = `insert into benefits.entitlement (benefit, version, owner, period, due_day, state, made_at)
  values ('test_gift', 1, $1, '2026-03', '2026-03-01', 'granted', now()) returning entitlement_id as id`;

export const REWARD = `with made as (insert into benefits.reward (reward, stock, made_at) values ('test_reward', 0, now()) on conflict do nothing returning reward)
  insert into benefits.reward_version (reward, version, definition, first_day, saved_at)
  select reward, 1, '{"zh":"礼","en":"reward","currency":"CNY"}', '2026-03-01', now() from made`;

export const REWARD_ORDER = `insert into benefits.reward_order (reward, version, owner, state, points, cash_minor, until_at, is_first, made_at)
  values ('test_reward', 1, $1, 'held', 10, 0, now(), false, now()) returning order_id as id`;

export const OFFLINE_BURN = `with allowed as (
    insert into points.allowance (allowance_id, till, store_code, day, points_max, member_max, device_key, issued_at, expires_at)
    values (gen_random_uuid(), 'tablet:1', $1, '2026-03-01', 100, 100, 'none', now(), now() + interval '1 day') returning allowance_id)
  insert into points.offline_burn (allowance_id, till, store_code, receipt, owner, points, at, received_at, payload_hash, counts, state, code)
  select allowance_id, 'tablet:1', $1, 'B-' || $1, $2, 10, now(), now(), sha256($1::bytea), true, 'open', 'points.offline_late' from allowed
  returning burn_id as id`;

export const ASSOCIATE =
  "insert into tasks.associate (code, store_code, made_at) values ('E-' || $1, $1, now()) returning associate_id as id";

export const HAND_OVER = `insert into tasks.hand_over (from_associate, to_associates, leaves, reason, made_at)
  values ($1, '{0}', false, 'test', now()) returning hand_over_id as id`;

export const TASK = `insert into tasks.task (key, source, member_id, store_code, associate_id, text, due_day, made_at)
  values ('T-' || $1, 'person', $2, $1, $3, 'call', '2026-03-09', now()) returning task_id as id`;

/** One that is closed, so that its proof can be asked for too. */
export const REQUEST = `insert into trust.rights_request (kind, member_id, via, state, received_at, received_day, due_day, filed_by, closed_at,
    refusal_ground, refusal_reason, proof)
  values ('explain', $1, 'letter', 'refused', now(), '2026-03-01', '2026-03-31', 1, now(), 'repeated', 'asked before, and answered', '{}')
  returning request_id as id`;
