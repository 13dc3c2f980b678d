import type { Tx } from "../../store/index.ts";
import { type LeftOut, subscriptionsThen } from "./rehearse-store.ts";
import type { Content } from "./template.ts";

/** What members had left of what they agreed to get by WeChat, as it went up and down in the time that is rehearsed. */
export class RehearsedStock {
  readonly #left = new Map<string, number>();
  readonly #templates: readonly string[];

  constructor(contents: Iterable<Content>) {
    const found = new Set<string>();
    for (const content of contents) if (content.kind === "wechat") found.add(content.service_template);
    this.#templates = [...found];
  }

  /** Whether a message may go; another channel than WeChat needs none. */
  has(member_id: number | null, content: Content | undefined): boolean {
    return content?.kind !== "wechat" || (this.#left.get(`${member_id} ${content.service_template}`) ?? 0) > 0;
  }

  take(member_id: number | null, content: Content | undefined): void {
    if (content?.kind !== "wechat") return;
    this.#change(`${member_id} ${content.service_template}`, (left) => left - 1);
  }

  #change(key: string, how: (left: number) => number): void {
    this.#left.set(key, Math.max(0, how(this.#left.get(key) ?? 0)));
  }

  /** What these members said, and what they really were sent, each at its time. */
  async moments(
    tx: Tx,
    until: Date,
    instead_of: LeftOut,
    member_ids: readonly number[],
  ): Promise<{ readonly at: number; readonly place: -1; readonly real: () => void }[]> {
    if (this.#templates.length === 0) return [];
    const rows = await subscriptionsThen(tx, until, instead_of, member_ids, this.#templates);
    return rows.map(({ member_id, service_template, what, at }) => {
      const key = `${member_id} ${service_template}`;
      const how = { more: (left: number) => left + 1, less: (left: number) => left - 1, none: () => 0 }[what];
      return { at: at.getTime(), place: -1, real: () => this.#change(key, how) };
    });
  }
}
