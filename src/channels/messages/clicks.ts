import type { Ground } from "../../ground.ts";
import { accept, type ClearRecord, ensureSource } from "../../ingest/index.ts";
import { reachedMembers } from "../../members/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { clicksToRecord, type FirstClick, markRecorded } from "./link-store.ts";

const AT_ONCE = 500;
const SOURCE = { key: "huitou_messages", name: "回头 · 消息 / Messages", kind: "rest" } as const;
/** The media of records by channel. */
const MEDIA: Readonly<Record<string, string>> = { sms: "sms", email: "email", inbox: "mini_program" };

/**
 * First clicks become records of the timeline, as any source tells them: each under its own key, so that one that is told
 * again is the same record. Whoever has no phone any more is nobody to whom it could belong. @returns whether there may be more
 */
export async function recordClicks(ground: Ground): Promise<boolean> {
  const clicks = await ground.store.read(SYSTEM_SCOPE, (tx) => clicksToRecord(tx, AT_ONCE));
  if (clicks.length === 0) return false;
  const phones = await phonesOf(ground, clicks);
  const records = clicks.flatMap((click): ClearRecord[] => {
    const phone = phones.get(click.member_id);
    return phone === undefined ? [] : [recordOf(click, phone)];
  });
  if (records.length > 0) await accept(ground, await ensureSource(ground, SOURCE), records, { protocol: "rest" });
  await ground.store.write(SYSTEM_SCOPE, (tx) => markRecorded(tx, clicks));
  return clicks.length === AT_ONCE;
}

function recordOf({ message_id, place, at, channel, template }: FirstClick, phone: string): ClearRecord {
  return {
    kind: "message",
    key: `click.${message_id}.${place}`,
    occurred_at: at.toISOString(),
    identities: [{ kind: "phone", value: phone }],
    body: { message_id: String(message_id), medium: MEDIA[channel] ?? "app", stage: "clicked", template },
  };
}

async function phonesOf(ground: Ground, clicks: readonly FirstClick[]): Promise<ReadonlyMap<number, string>> {
  return ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const reached = await reachedMembers(tx, [...new Set(clicks.map(({ member_id }) => member_id))], "phone");
    const tokens = reached.flatMap(({ address_token }) => address_token ?? []);
    const clear = await ground.vault.open(tx, tokens);
    return new Map(
      reached.flatMap(({ number, address_token }) => {
        const phone = clear.get(address_token ?? "")?.value;
        return phone === undefined ? [] : [[number, phone] as const];
      }),
    );
  });
}
