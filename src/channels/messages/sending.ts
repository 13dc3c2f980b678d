import type { Ground } from "../../ground.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { type Carrier, LEASE_MS, type Letter, type Receipt } from "./carrier.ts";
import { gateRound } from "./gate.ts";
import { attemptsOf, overdue, type OverdueRow, putToAsking } from "./gate-store.ts";
import { opened } from "./receipts.ts";
import { ASK_AFTER_MS, settle } from "./settle.ts";

const SENT_AT_ONCE = 200;
const ASKED_AT_ONCE = 200;

/** A service writes down what it took some time after it did: that it knows nothing is believed only later. */
const BELIEVE_AFTER_MS = 3 * 60_000;
/** What is asked for in vain for so long ends as unknown. */
const ASKED_DAYS_MAX = 3;

/** How long an answer may take before it counts as lost, and when a service knows what became of a message. */
export interface Pace {
  readonly lease_ms: number;
  readonly ask_after_ms: number;
  readonly believe_after_ms: number;
}
const CALM: Pace = { lease_ms: LEASE_MS, ask_after_ms: ASK_AFTER_MS, believe_after_ms: BELIEVE_AFTER_MS };

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
    const at_once = carrier.at_once ?? SENT_AT_ONCE;
    for (let at = 0; at < letters.length; at += at_once) this.#begin(letters.slice(at, at + at_once));
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
        this.#ground.wall.now(),
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
    const asked = await this.#ground.store.read(SYSTEM_SCOPE, (tx) => opened(tx, this.#ground, rows));
    const answers = await ask(this.#ground, asked);
    const known = new Set(asked.map(({ message_id }) => message_id));
    // whoever was erased meanwhile can no longer be asked for by address
    const gone = rows.filter(({ message_id }) => !known.has(message_id));
    await settle(
      this.#ground,
      carrier,
      [
        ...this.#believed(answers, rows),
        ...gone.map(({ message_id }) => ({ message_id, kind: "refused", code: "member_gone" }) as const),
      ],
      attempts,
      this.#pace.ask_after_ms,
    );
    return rows.length;
  }

  /** What a service says of messages so soon after they were handed over that it may not know them yet is no word. */
  #believed(answers: readonly Receipt[], rows: readonly OverdueRow[]): Receipt[] {
    const now = this.#ground.wall.now().getTime();
    const handed = new Map(rows.map(({ message_id, handed_at }) => [message_id, handed_at?.getTime() ?? now]));
    return answers.map((answer): Receipt => {
      const { message_id, code } = answer;
      const age_ms = now - (handed.get(message_id) ?? now);
      if (answer.kind === "later" && age_ms < this.#pace.believe_after_ms) return { message_id, kind: "unknown", code };
      if (answer.kind === "unknown" && age_ms > ASKED_DAYS_MAX * 86_400_000) return { message_id, kind: "lost", code };
      return answer;
    });
  }

  /** Waits for the answers that are under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#open);
  }
}
