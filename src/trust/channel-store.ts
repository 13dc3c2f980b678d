import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";
import type { Level } from "./judge.ts";

export type ChannelKind = "wecom" | "dingtalk" | "feishu" | "mail";

export interface ChannelRow {
  readonly channel_id: number;
  readonly kind: ChannelKind;
  readonly name: string;
  readonly address_shown: string;
  readonly level_min: Level;
  readonly enabled: boolean;
  readonly simulated: boolean;
  readonly failures: number;
  readonly paused_until: Date | null;
  readonly created_at: Date;
}

/** What is sealed of a robot. */
export interface RobotAddress {
  readonly address: string;
  readonly secret?: string;
}

const COLUMNS =
  "channel_id, kind, name, address_shown, level_min, enabled, simulated, failures, paused_until, created_at";
const KEY = "trust.channels";
const CONTEXT = "trust.channel.address";

export function listChannels(tx: Tx): Promise<ChannelRow[]> {
  return tx.query(`select ${COLUMNS} from trust.channel order by channel_id`);
}

/** @throws trust.channel_not_found */
export async function channelById(tx: Tx, channel_id: number): Promise<ChannelRow> {
  const row = await tx.one<ChannelRow>(`select ${COLUMNS} from trust.channel where channel_id = $1`, [channel_id]);
  if (row === undefined) throw problem("trust.channel_not_found", { channel_id });
  return row;
}

export interface NewChannel {
  readonly kind: ChannelKind;
  readonly name: string;
  readonly robot: RobotAddress | null;
  readonly address_shown: string;
  readonly level_min: Level;
  readonly enabled: boolean;
  readonly simulated: boolean;
  readonly created_by: number | null;
}

async function sealedOf(ground: Ground, robot: RobotAddress | null): Promise<Buffer | null> {
  if (robot === null) return null;
  const key = await ground.vault.namedKey(KEY);
  return key.encrypt(Buffer.from(JSON.stringify(robot)), CONTEXT);
}

export async function insertChannel(tx: Tx, ground: Ground, wanted: NewChannel): Promise<number> {
  const row = await tx.one<{ channel_id: number }>(
    `insert into trust.channel (kind, name, address_sealed, address_shown, level_min, enabled, simulated, created_by, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning channel_id`,
    [
      wanted.kind,
      wanted.name,
      await sealedOf(ground, wanted.robot),
      wanted.address_shown,
      wanted.level_min,
      wanted.enabled,
      wanted.simulated,
      wanted.created_by,
      ground.wall.now(),
    ],
  );
  return row?.channel_id ?? 0;
}

export interface ChannelChange {
  readonly name?: string | undefined;
  readonly level_min?: Level | undefined;
  readonly enabled?: boolean | undefined;
  readonly robot?: RobotAddress | undefined;
  readonly address_shown?: string | undefined;
}

/** A new address ends the pause that the old one earned. */
export async function changeChannel(tx: Tx, ground: Ground, channel_id: number, change: ChannelChange): Promise<void> {
  await tx.query(
    `update trust.channel set name = coalesce($2, name), level_min = coalesce($3, level_min), enabled = coalesce($4, enabled),
       address_sealed = coalesce($5, address_sealed), address_shown = coalesce($6, address_shown),
       simulated = simulated and $5::bytea is null,
       failures = case when $5::bytea is null then failures else 0 end,
       paused_until = case when $5::bytea is null then paused_until else null end
     where channel_id = $1`,
    [
      channel_id,
      change.name ?? null,
      change.level_min ?? null,
      change.enabled ?? null,
      await sealedOf(ground, change.robot ?? null),
      change.address_shown ?? null,
    ],
  );
}

export async function deleteChannel(tx: Tx, channel_id: number): Promise<void> {
  await tx.query("delete from trust.channel where channel_id = $1", [channel_id]);
}

/** Opens a robot's address: for sending alone. */
export async function robotAddress(tx: Tx, ground: Ground, channel_id: number): Promise<RobotAddress | undefined> {
  const row = await tx.one<{ address_sealed: Buffer | null }>(
    "select address_sealed from trust.channel where channel_id = $1",
    [channel_id],
  );
  if (row?.address_sealed == null) return undefined;
  const key = await ground.vault.namedKey(KEY);
  return JSON.parse(key.decrypt(row.address_sealed, CONTEXT).toString("utf8")) as RobotAddress;
}

export interface Attempt {
  readonly at: Date;
  readonly messages: number;
  readonly ok: boolean;
  readonly code: string;
  readonly text: string;
  readonly took_ms: number;
}

export async function addAttempt(tx: Tx, channel_id: number, attempt: Attempt): Promise<void> {
  await tx.query(
    "insert into trust.attempt (channel_id, at, messages, ok, code, text, took_ms) values ($1, $2, $3, $4, $5, $6, $7)",
    [
      channel_id,
      attempt.at,
      attempt.messages,
      attempt.ok,
      attempt.code,
      attempt.text.slice(0, 300),
      Math.round(attempt.took_ms),
    ],
  );
}

export function attemptsOf(tx: Tx, channel_id: number, limit: number): Promise<Attempt[]> {
  return tx.query(
    "select at, messages, ok, code, text, took_ms from trust.attempt where channel_id = $1 order by attempt_id desc limit $2",
    [channel_id, limit],
  );
}

/** Calls within the last minute; each counts for the service's own limit, whatever became of it. */
export async function callsOfMinute(tx: Tx, channel_id: number, now: Date): Promise<number> {
  const row = await tx.one<{ count: number }>(
    "select count(*)::int as count from trust.attempt where channel_id = $1 and at > $2",
    [channel_id, new Date(now.getTime() - 60_000)],
  );
  return row?.count ?? 0;
}

/** After these many failures in a row a channel rests, longer each time. */
const FAILURES_MAX = 5;
const PAUSE_SECONDS = 300;
const PAUSE_SECONDS_MAX = 1_800;

/** Counts a success or failure. @param pause_seconds that the service itself asks for */
export async function noteOutcome(
  tx: Tx,
  channel_id: number,
  ok: boolean,
  now: Date,
  pause_seconds?: number,
): Promise<void> {
  if (ok) {
    await tx.query("update trust.channel set failures = 0, paused_until = null where channel_id = $1", [channel_id]);
    return;
  }
  const row = await tx.one<{ failures: number }>(
    "update trust.channel set failures = failures + 1 where channel_id = $1 returning failures",
    [channel_id],
  );
  const beyond = (row?.failures ?? 0) - FAILURES_MAX;
  const rest = beyond < 0 ? undefined : Math.min(PAUSE_SECONDS_MAX, PAUSE_SECONDS * 2 ** Math.min(beyond, 10));
  const seconds = Math.max(pause_seconds ?? 0, rest ?? 0);
  if (seconds === 0) return;
  const until = new Date(now.getTime() + seconds * 1000);
  await tx.query("update trust.channel set paused_until = $2 where channel_id = $1", [channel_id, until]);
}
