import type { Ground } from "../../ground.ts";
import { memberPage, timeline } from "../../members/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";

/** Everything a brand holds about one member, in clear, as plain data. */
export interface MemberData {
  readonly member_id: number;
  readonly identities: readonly Record<string, unknown>[];
  readonly profile: readonly Record<string, unknown>[];
  readonly consents: readonly Record<string, unknown>[];
  readonly orders: readonly Record<string, unknown>[];
  readonly order_lines: readonly Record<string, unknown>[];
  readonly returns: readonly Record<string, unknown>[];
  readonly timeline: readonly Record<string, unknown>[];
  readonly tags: readonly Record<string, unknown>[];
  readonly tier: readonly Record<string, unknown>[];
  readonly rfm: readonly Record<string, unknown>[];
  readonly lifetime_value: readonly Record<string, unknown>[];
  readonly segments: readonly number[];
}

const PAGE = 200;

/** What the member sees about themself. Values come in clear: only for an audited act about this one member. */
export async function memberData(ground: Ground, id: number): Promise<MemberData> {
  return ground.store.read({ ...SYSTEM_SCOPE, personal: "clear" }, async (tx) => {
    const page = await memberPage(tx, ground, id);
    const { member_id } = page;
    const of = (relation: string, order: string) =>
      tx.query(`select * from catalogue.${relation} where member_id = $1 order by ${order}`, [member_id]);
    return {
      member_id,
      identities: page.identities.map(({ kind, masked, source, first_seen_at, last_seen_at, state }) => ({
        kind,
        value: masked,
        source,
        first_seen_at,
        last_seen_at,
        state,
      })),
      profile: page.facts.map(({ field, zh, value_masked, source, observed_at, others }) => ({
        field,
        name: zh,
        value: value_masked,
        source,
        observed_at,
        other_statements: others.map((other) => ({ value: other.value_masked, source: other.source })),
      })),
      consents: page.consents.map((consent) => ({ ...consent })),
      orders: await of("orders", "order_id"),
      order_lines: await of("order_lines", "order_id, line_key"),
      returns: await of("returns", "return_id"),
      timeline: await everything(tx, ground, member_id),
      tags: await of("tag_values", "tag"),
      tier: await of("member_tier", "member_id"),
      rfm: await of("rfm", "member_id"),
      lifetime_value: await of("clv", "member_id"),
      segments: (await of("segment_members", "segment_id")).map((row) => Number(row["segment_id"])),
    };
  });
}

async function everything(tx: Tx, ground: Ground, member_id: number): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof timeline>> = await timeline(tx, ground, member_id, {
      limit: PAGE,
      ...(cursor === null ? {} : { cursor }),
    });
    items.push(...page.items.map((item) => ({ ...item, params: JSON.stringify(item.params) })));
    cursor = page.next_cursor;
  } while (cursor !== null);
  return items;
}
