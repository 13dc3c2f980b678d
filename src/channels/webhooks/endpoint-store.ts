import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";

export const ENDPOINTS_MAX = 50;
const KEY = "channels.webhooks";
const ADDRESS = "channels.endpoint.address";
const SECRET = "channels.endpoint.secret";

export interface EndpointRow {
  readonly endpoint_id: number;
  readonly name: string;
  readonly address_shown: string;
  readonly kinds: readonly string[];
  readonly state: "on" | "paused" | "disabled";
  readonly disabled_why: "gone" | "exhausted" | null;
  readonly disabled_at: Date | null;
  readonly failing_since: Date | null;
  readonly last_ok_at: Date | null;
  readonly secret_before_until: Date | null;
  readonly made_at: Date;
}

export interface ListedEndpoint extends EndpointRow {
  readonly waiting: number;
  readonly delivered_day: number;
  readonly failed_day: number;
}

const COLUMNS = `endpoint_id, name, address_shown, kinds, state, disabled_why, disabled_at, failing_since, last_ok_at,
  secret_before_until, made_at`;

/** What may be shown of an address: never what stands behind its path. */
export function shownAddress(address: string): string {
  const url = new URL(address);
  return `${url.origin}${url.pathname}${url.search === "" ? "" : "?…"}`.slice(0, 300);
}

export function listEndpoints(tx: Tx, now: Date): Promise<ListedEndpoint[]> {
  return tx.query(
    `select ${COLUMNS},
       (select count(*)::int from channels.webhook_delivery d where d.endpoint_id = e.endpoint_id and d.state in ('waiting', 'sending')) as waiting,
       (select count(*)::int from channels.webhook_delivery d where d.endpoint_id = e.endpoint_id and d.state = 'delivered' and d.ended_at > $1) as delivered_day,
       (select count(*)::int from channels.webhook_delivery d where d.endpoint_id = e.endpoint_id and d.state = 'failed' and d.ended_at > $1) as failed_day
     from channels.endpoint e order by endpoint_id`,
    [new Date(now.getTime() - 86_400_000)],
  );
}

/** Endpoints by name. */
export function endpointNames(tx: Tx): Promise<{ endpoint_id: number; name: string }[]> {
  return tx.query("select endpoint_id, name from channels.endpoint order by name, endpoint_id");
}

/** @throws channels.endpoint_unknown */
export async function endpointById(tx: Tx, endpoint_id: number): Promise<EndpointRow> {
  const row = await tx.one<EndpointRow>(`select ${COLUMNS} from channels.endpoint where endpoint_id = $1`, [
    endpoint_id,
  ]);
  if (row === undefined) throw problem("channels.endpoint_unknown", { endpoint_id });
  return row;
}

const sealed = async (ground: Ground, text: string, context: string) =>
  (await ground.vault.namedKey(KEY)).encrypt(Buffer.from(text), context);

export interface NewEndpoint {
  readonly name: string;
  readonly address: string;
  readonly kinds: readonly string[];
  readonly secret: string;
  readonly made_by: number | null;
}

/** Takes the first free place. @throws channels.endpoints_full */
export async function insertEndpoint(tx: Tx, ground: Ground, wanted: NewEndpoint): Promise<number> {
  const row = await tx.one<{ endpoint_id: number }>(
    `insert into channels.endpoint (place, name, address_sealed, address_shown, kinds, secret_sealed, made_by, made_at)
     select place.n, $1, $2, $3, $4, $5, $6, $7 from (
       select n from generate_series(1, ${ENDPOINTS_MAX}) n where not exists (select from channels.endpoint where place = n) order by n limit 1) place
     returning endpoint_id`,
    [
      wanted.name,
      await sealed(ground, wanted.address, ADDRESS),
      shownAddress(wanted.address),
      wanted.kinds,
      await sealed(ground, wanted.secret, SECRET),
      wanted.made_by,
      ground.wall.now(),
    ],
  );
  if (row === undefined) throw problem("channels.endpoints_full", { limit: ENDPOINTS_MAX });
  return row.endpoint_id;
}

export interface EndpointChange {
  readonly name?: string | undefined;
  readonly address?: string | undefined;
  readonly kinds?: readonly string[] | undefined;
  readonly on?: boolean | undefined;
}

/** Turning it on again forgives what was before. */
export async function changeEndpoint(
  tx: Tx,
  ground: Ground,
  endpoint_id: number,
  change: EndpointChange,
): Promise<void> {
  const { name, address, kinds, on } = change;
  await tx.query(
    `update channels.endpoint set name = coalesce($2, name), address_sealed = coalesce($3, address_sealed),
       address_shown = coalesce($4, address_shown), kinds = coalesce($5, kinds),
       state = case when $6::boolean is null then state when $6 then 'on' when state = 'on' then 'paused' else state end,
       disabled_why = case when $6 then null else disabled_why end, disabled_at = case when $6 then null else disabled_at end,
       failing_since = case when $6 then null else failing_since end
     where endpoint_id = $1`,
    [
      endpoint_id,
      name ?? null,
      address === undefined ? null : await sealed(ground, address, ADDRESS),
      address === undefined ? null : shownAddress(address),
      kinds ?? null,
      on ?? null,
    ],
  );
}

/** The secret before goes on counting for so long. */
export async function replaceSecret(
  tx: Tx,
  ground: Ground,
  endpoint_id: number,
  { secret, overlap_ms }: { readonly secret: string; readonly overlap_ms: number },
): Promise<void> {
  await tx.query(
    `update channels.endpoint set secret_before_sealed = case when $3::timestamptz is null then null else secret_sealed end,
       secret_before_until = $3, secret_sealed = $2 where endpoint_id = $1`,
    [
      endpoint_id,
      await sealed(ground, secret, SECRET),
      overlap_ms === 0 ? null : new Date(ground.wall.now().getTime() + overlap_ms),
    ],
  );
}

export async function deleteEndpoint(tx: Tx, endpoint_id: number): Promise<void> {
  await tx.query("delete from channels.endpoint where endpoint_id = $1", [endpoint_id]);
}

export interface OpenedEndpoint {
  readonly address: string;
  /** The new one first. */
  readonly secrets: readonly string[];
}

/** Opens address and secrets: for sending alone. */
export async function openEndpoint(tx: Tx, ground: Ground, endpoint_id: number): Promise<OpenedEndpoint> {
  const row = await tx.one<{ address: Buffer; secret: Buffer; before: Buffer | null; until: Date | null }>(
    `select address_sealed as address, secret_sealed as secret, secret_before_sealed as before, secret_before_until as until
     from channels.endpoint where endpoint_id = $1`,
    [endpoint_id],
  );
  if (row === undefined) throw problem("channels.endpoint_unknown", { endpoint_id });
  const key = await ground.vault.namedKey(KEY);
  const opened = (bytes: Buffer, context: string) => key.decrypt(bytes, context).toString("utf8");
  const { before, until } = row;
  const old = before !== null && until !== null && until > ground.wall.now() ? [opened(before, SECRET)] : [];
  return { address: opened(row.address, ADDRESS), secrets: [opened(row.secret, SECRET), ...old] };
}

/** Kinds that any endpoint has chosen. A disabled endpoint goes on collecting: what waits is sent when it is on again. */
export async function wantedKinds(tx: Tx): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ kind: string }>("select distinct unnest(kinds) as kind from channels.endpoint");
  return new Set(rows.map(({ kind }) => kind));
}

/** What an attempt says about its endpoint; one that fails for good is disabled, which an indicator tells. */
export async function noteEndpoint(
  tx: Tx,
  endpoint_id: number,
  { ok, now, disable }: { readonly ok: boolean; readonly now: Date; readonly disable: "gone" | "exhausted" | null },
): Promise<void> {
  await tx.query(
    ok
      ? "update channels.endpoint set failing_since = null, last_ok_at = $2 where endpoint_id = $1"
      : "update channels.endpoint set failing_since = coalesce(failing_since, $2) where endpoint_id = $1",
    [endpoint_id, now],
  );
  if (disable !== null)
    await tx.query(
      `update channels.endpoint set state = 'disabled', disabled_why = $2, disabled_at = $3
       where endpoint_id = $1 and state <> 'disabled'`,
      [endpoint_id, disable, now],
    );
}
