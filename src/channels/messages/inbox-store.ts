import type { Ground } from "../../ground.ts";
import type { Tx } from "../../store/index.ts";
import type { Carrier, Letter } from "./carrier.ts";

const KEY = "channels.inbox";
const CONTEXT = "channels.inbox.message";

/** A table is the service: what the gate lets out is there when its transaction commits, once. */
async function seal(ground: Ground, letters: readonly Letter[]): Promise<(tx: Tx) => Promise<void>> {
  const key = await ground.vault.namedKey(KEY);
  const sealed = letters.map(({ rendered: { title, text }, content }) =>
    key.encrypt(
      Buffer.from(
        JSON.stringify({
          title,
          text,
          ...(content.kind === "inbox" && content.link !== undefined ? { link: content.link } : {}),
        }),
      ),
      CONTEXT,
    ),
  );
  return async (tx) => {
    if (letters.length === 0) return;
    await tx.query(
      `insert into channels.inbox (message_id, member_id, sealed, at)
       select w.message_id, w.member_id, w.sealed, $4 from unnest($1::bigint[], $2::bigint[], $3::bytea[]) as w (message_id, member_id, sealed)`,
      [letters.map((one) => one.message_id), letters.map((one) => one.member_id), sealed, ground.clock.now()],
    );
  };
}

export const inboxCarrier: Carrier = { channel: "inbox", address: null, within: seal };

export interface InboxMessage {
  readonly message_id: number;
  readonly title: string;
  readonly text: string;
  readonly link?: string;
  readonly at: Date;
  readonly read_at: Date | null;
}

/** What a member finds in their inbox, the newest first. */
export async function inboxOf(tx: Tx, ground: Ground, member_id: number, limit: number): Promise<InboxMessage[]> {
  const rows = await tx.query<{ message_id: number; sealed: Buffer; at: Date; read_at: Date | null }>(
    "select message_id, sealed, at, read_at from channels.inbox where member_id = $1 order by message_id desc limit $2",
    [member_id, limit],
  );
  const key = await ground.vault.namedKey(KEY);
  return rows.map(({ sealed, ...row }) => ({
    ...row,
    ...(JSON.parse(key.decrypt(sealed, CONTEXT).toString("utf8")) as { title: string; text: string; link?: string }),
  }));
}

/** What erased members were told is gone. */
export async function forgetInbox(tx: Tx, numbers: readonly number[]): Promise<void> {
  await tx.query("delete from channels.inbox where member_id = any($1::bigint[])", [numbers]);
}
