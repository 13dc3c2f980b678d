import { sensorsKey } from "../../src/ingest/protocols/sensors.ts";
import { hashUuid } from "../../src/platform/ids.ts";
import { sleep } from "../../src/platform/timers.ts";
import type { Rig } from "./ingest-rig.ts";

const BATCH = 20;

/** Senders that repeat a batch until it is acknowledged, as SDKs do, and remember what was. */
export class Load {
  readonly acknowledged = new Set<string>();
  readonly #rig: Rig;
  readonly #senders: Promise<void>[];
  #stopped = false;
  #next = 0;
  /** Answers other than 2xx and lost connections: a run without any would prove nothing. */
  failures = 0;

  constructor(rig: Rig, senders: { segment: number; sensors: number }) {
    this.#rig = rig;
    this.#senders = [
      ...Array.from({ length: senders.segment }, () => this.#run(() => this.#segmentBatch())),
      ...Array.from({ length: senders.sensors }, () => this.#run(() => this.#sensorsBatch())),
    ];
  }

  /** Lets each sender finish the batch it is at; nothing is under way afterwards. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#senders);
  }

  async #run(make: () => { ids: string[]; send: () => Promise<Response> }): Promise<void> {
    while (!this.#stopped) {
      const { ids, send } = make();
      while (!(await this.#try(send))) await sleep(50);
      for (const id of ids) this.acknowledged.add(id);
      await sleep(25);
    }
  }

  async #try(send: () => Promise<Response>): Promise<boolean> {
    try {
      const answer = await send();
      await answer.arrayBuffer();
      if (answer.ok) return true;
    } catch {
      // no answer: the batch is sent again
    }
    this.failures += 1;
    return false;
  }

  #numbers(): number[] {
    return Array.from({ length: BATCH }, () => {
      this.#next += 1;
      return this.#next;
    });
  }

  #segmentBatch() {
    const { source_id, write_key } = this.#rig.segment;
    const batch = this.#numbers().map((n) => ({
      type: "track",
      messageId: `m-${n}`,
      userId: `u-${n % 50}`,
      event: "Product Viewed",
      properties: { sku: `T-${n}` },
      timestamp: new Date().toISOString(),
    }));
    const headers = { authorization: `Bearer ${write_key}`, "content-type": "application/json" };
    return {
      ids: batch.map(({ messageId }) => hashUuid(source_id, "key", messageId)),
      send: () =>
        fetch(`${this.#rig.address}/v1/batch`, {
          method: "POST",
          headers,
          body: JSON.stringify({ batch, sentAt: new Date().toISOString() }),
          signal: AbortSignal.timeout(10_000),
        }),
    };
  }

  #sensorsBatch() {
    const { source_id, write_key } = this.#rig.sensors;
    const messages = this.#numbers().map((n) => ({
      type: "track",
      event: "$MPViewScreen",
      distinct_id: `u-${n % 50}`,
      time: Date.now(),
      properties: { $url_path: `pages/${n}` },
      _track_id: n,
    }));
    return {
      ids: messages.map((message) => hashUuid(source_id, "key", sensorsKey(message))),
      send: () => {
        const stamped = messages.map((message) => ({ ...message, _flush_time: Date.now() }));
        const data_list = encodeURIComponent(Buffer.from(JSON.stringify(stamped)).toString("base64"));
        return fetch(`${this.#rig.address}/sa?token=${write_key}`, {
          method: "POST",
          headers: { "content-type": "text/plain" },
          body: `data_list=${data_list}`,
          signal: AbortSignal.timeout(10_000),
        });
      },
    };
  }
}
