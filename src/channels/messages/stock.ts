import type { Tx } from "../../store/index.ts";
import type { Taking } from "./decide.ts";
import { addUsed } from "./gate-store.ts";
import { leftFor, spend, subscriptionKey } from "./subscription-store.ts";
import type { Content } from "./template.ts";

/** What members have left of what they agreed to get by WeChat, for one batch of the gate. */
export class Stock {
  readonly #left = new Map<string, { readonly address_token: string; readonly left: number }>();

  /** Reads it for a batch, and holds it until the transaction ends; nothing is read where no template needs it. */
  static async of(tx: Tx, member_ids: readonly number[], contents: Iterable<Content>): Promise<Stock> {
    const stock = new Stock();
    const service_templates = new Set<string>();
    for (const content of contents) if (content.kind === "wechat") service_templates.add(content.service_template);
    if (service_templates.size === 0) return stock;
    // the address with most left comes first
    for (const { member_id, service_template, address_token, left } of await leftFor(tx, member_ids, [
      ...service_templates,
    ]))
      if (left > 0 && !stock.#left.has(`${member_id} ${service_template}`))
        stock.#left.set(`${member_id} ${service_template}`, { address_token, left });
    return stock;
  }

  /** The address that agreed; else the one that the member has anyway. */
  addressFor(member_id: number, content: Content | undefined, otherwise: string | null): string | null {
    if (content?.kind !== "wechat" || otherwise === null) return otherwise;
    return this.#left.get(`${member_id} ${content.service_template}`)?.address_token ?? otherwise;
  }

  /** What a message takes of it; a channel without subscriptions takes nothing. */
  takingOf(member_id: number, content: Content | undefined): Taking[] {
    if (content?.kind !== "wechat") return [];
    const { service_template } = content;
    const known = this.#left.get(`${member_id} ${service_template}`);
    return [
      {
        key: subscriptionKey(known?.address_token ?? "", service_template),
        amount: 1,
        cap: known?.left ?? 0,
        until: NEVER,
        reason: "no_subscription",
      },
    ];
  }
}

/** Nothing of it lapses by itself. */
const NEVER = new Date(0);

type Grown = Parameters<typeof addUsed>[1];

/** Writes what a batch took: of caps and budgets, and of subscriptions, each under its constraint. */
export async function addTaken(tx: Tx, grown: Grown): Promise<void> {
  const of = (one: Grown[number]) => one.key.split(" ");
  const used = grown.filter((one) => of(one)[0] !== "subscription");
  const spent = grown.filter((one) => of(one)[0] === "subscription");
  await addUsed(tx, used);
  await spend(
    tx,
    spent.map((one) => ({
      address_token: of(one)[1] ?? "",
      service_template: of(one)[2] ?? "",
      amount: one.amount,
    })),
  );
}
