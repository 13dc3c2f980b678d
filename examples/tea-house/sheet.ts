import type { ClearIdentity, ClearRecord } from "../../src/ingest/record.ts";
import { localText, utcText } from "./calendar.ts";
import type { Sale } from "./purchases.ts";

/** The systems that send; the names are the keys of the sources. */
export const SOURCES = ["crm", "mini_program", "mall", "pos", "service"] as const;
export type SourceName = (typeof SOURCES)[number];

/** Something that happened, with the record its source makes of it. */
export interface Happening {
  readonly at: number;
  readonly source: SourceName;
  /** Who it truly was; undefined: nobody's (masters, non-member sales, strangers). */
  readonly person: number | undefined;
  readonly record: ClearRecord;
}

/** Where the happenings of one slice of time are written down; what lies later waits for its slice. */
export class Sheet {
  readonly slice: number;
  readonly list: Happening[] = [];
  private readonly groupBuyers: { readonly person: number; readonly sale: Sale }[] = [];
  private serial = 0;

  constructor(slice: number) {
    this.slice = slice;
  }

  /** Adds a record; without `key` it gets a message id that depends on nothing but the world. */
  add(
    source: SourceName,
    at: number,
    person: number | undefined,
    kind: string,
    identities: readonly ClearIdentity[],
    body: Readonly<Record<string, unknown>>,
    key?: string,
  ): void {
    const occurred_at = source === "pos" ? localText(at) : utcText(at);
    const id = key ?? `${kind}:${this.slice.toString(36)}.${(this.serial++).toString(36)}`;
    this.list.push({ at, source, person, record: { kind, key: id, occurred_at, identities, body } });
  }

  /** Notes a purchase that was made in a group; who was in whose group shows at the end of the slice. */
  bringTogether(person: number, sale: Sale): void {
    this.groupBuyers.push({ person, sale });
  }

  /** Forms groups of two or three from the group buyers, in the order of buying. */
  formGroups(): void {
    const buyers = this.groupBuyers.sort((a, b) => a.sale.at - b.sale.at || a.person - b.person);
    let starter = "";
    buyers.forEach(({ person, sale }, nth) => {
      // Groups of three and two in turn.
      const role = nth % 5 === 0 || nth % 5 === 3 ? "starter" : "joiner";
      if (role === "starter") starter = `GB-${sale.order_no}`;
      const body = { group_id: starter, role, sku: sale.lines[0]?.product.sku, channel: sale.channel };
      this.add("mini_program", sale.at, person, "group_buy", sale.identities, body);
    });
  }
}
