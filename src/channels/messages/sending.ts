import type { Ground } from "../../ground.ts";
import { type Reached, reachedMembers } from "../../members/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { type Asked, type Carrier, LEASE_MS, type Letter } from "./carrier.ts";
import { gateRound } from "./gate.ts";
import { attemptsOf, overdue, putToAsking } from "./gate-store.ts";
import { ASK_AFTER_MS, settle } from "./settle.ts";

const SENT_AT_ONCE = 200;
const ASKED_AT_ONCE = 200;

/** How long an answer may take before it counts as lost, and when a service knows what became of a message. */
export interface Pace {
  readonly lease_ms: number;
  readonly ask_after_ms: number;
}
const CALM: Pace = { lease_ms: LEASE_MS, ask_after_ms: ASK_AFTER_MS };

/**
 * One channel's way from the gate to its service. Each has its own, so that one that is slow or dead holds up itself alone:
 * it lets the gate decide as many as it can send, sends them in parts, and settles each part as its answer comes.
 */
export class Sending {
  readonly carrier: Carrier;
  readonly #ground: Ground;
  readonly #open = new Set<Promise<void>>();
  readonly #pace: Pace;
  #under_way = 0;

  constructor(ground: Ground, carrier: Carrier, pace: Pace = CALM) {
    this.#ground = ground;
    this.carrier = carrier;
    this.#pace = pace;
  }

  /** @returns whether there may be more to do at once */
  async round(): Promise<boolean> {
    const { carrier } = this;
    if ("within" in carrier) {
      const { decided } = await gateRound(this.#ground, carrier);
      return decided > 0;
    }
    await this.lookAfterLost();
    const room = carrier.under_way_max - this.#under_way;
    if (room <= 0) return false;
    const { decided, letters } = await gateRound(this.#ground, carrier, { limit: room, lease_ms: this.#pace.lease_ms });
    for (let at = 0; at < letters.length; at += SENT_AT_ONCE) this.#begin(letters.slice(at, at + SENT_AT_ONCE));
    return decided > 0 && this.#under_way < carrier.under_way_max;
  }

  #begin(letters: readonly Letter[]): void {
    const { carrier } = this;
    if (!("send" in carrier)) return;
    this.#under_way += letters.length;
    const sent = this.#send(carrier, letters)
      .catch((error: unknown) =>
        // their leases end, and they are asked for
        this.#ground.log.error({ channel: carrier.channel, error: String(error) }, "what was sent was not settled"),
      )
      .finally(() => {
        this.#under_way -= letters.length;
        this.#open.delete(sent);
      });
    this.#open.add(sent);
  }

  async #send(carrier: Extract<Carrier, { send: unknown }>, letters: readonly Letter[]): Promise<void> {
    const receipts = await carrier.send(this.#ground, letters);
    const ids = letters.map(({ message_id }) => message_id);
    const attempts = await this.#ground.store.read(SYSTEM_SCOPE, (tx) => attemptsOf(tx, ids));
    await settle(this.#ground, carrier, receipts, attempts, this.#pace.ask_after_ms);
  }

  /**
   * Whose answer never came, because it was lost or the process died, is asked for before it could be sent again. A service
   * that cannot be asked leaves it unknown: not repeated, and listed.
   */
  async lookAfterLost(): Promise<number> {
    const { carrier } = this;
    if (!("send" in carrier)) return 0;
    const now = this.#ground.clock.now();
    const rows = await this.#ground.store.write(SYSTEM_SCOPE, async (tx) => {
      const lost = await overdue(tx, carrier.channel, now, ASKED_AT_ONCE);
      // nobody else asks for them meanwhile
      await putToAsking(
        tx,
        lost.map(({ message_id }) => message_id),
        new Date(now.getTime() + this.#pace.lease_ms + this.#pace.ask_after_ms),
      );
      return lost;
    });
    if (rows.length === 0) return 0;
    const attempts = new Map(rows.map(({ message_id, attempts: tried }) => [message_id, tried]));
    const { ask } = carrier;
    if (ask === null) {
      const unknown = rows.map(({ message_id }) => ({ message_id, kind: "unknown", code: "no_answer" }) as const);
      await settle(this.#ground, carrier, unknown, attempts, this.#pace.ask_after_ms);
      return rows.length;
    }
    const asked = await this.#addressed(rows);
    const known = new Set(asked.map(({ message_id }) => message_id));
    const gone = rows.filter(({ message_id }) => !known.has(message_id));
    // whoever was erased meanwhile can no longer be asked for by address
    await settle(
      this.#ground,
      carrier,
      [
        ...(await ask(this.#ground, asked)),
        ...gone.map(({ message_id }) => ({ message_id, kind: "refused", code: "member_gone" }) as const),
      ],
      attempts,
      this.#pace.ask_after_ms,
    );
    return rows.length;
  }

  async #addressed(
    rows: readonly { message_id: number; member_id: number; handed_at: Date | null }[],
  ): Promise<Asked[]> {
    const { carrier } = this;
    return this.#ground.store.read(SYSTEM_SCOPE, async (tx) => {
      const numbers = [...new Set(rows.map(({ member_id }) => member_id))];
      const reached = new Map<number, Reached>(
        (await reachedMembers(tx, numbers, carrier.address)).map((one) => [one.number, one]),
      );
      const tokens = [...reached.values()].flatMap(({ address_token }) => address_token ?? []);
      const clear = await this.#ground.vault.open(tx, [...new Set(tokens)]);
      return rows.flatMap(({ message_id, member_id, handed_at }) => {
        const address = clear.get(reached.get(member_id)?.address_token ?? "")?.value;
        return address === undefined || handed_at === null ? [] : [{ message_id, address, handed_at }];
      });
    });
  }

  /** Waits for the answers that are under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#open);
  }
}
