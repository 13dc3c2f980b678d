import type { Ground } from "../../ground.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { aliyun } from "./aliyun-sms.ts";
import type { Asked, Carrier, ConnectionTried, Delivery, Letter, Receipt } from "./carrier.ts";
import { type SmsSettings, smsSettings } from "./carrier-settings.ts";
import { Pacer } from "./pacer.ts";
import { tencent } from "./tencent-sms.ts";

const CALLS_AT_ONCE = 32;

/** A service that sends SMS, with its keys, one call for each message; nothing is thrown. */
export interface SmsService {
  readonly sendOne: (ground: Ground, letter: Letter) => Promise<Receipt>;
  /** What became of one whose answer was lost. */
  readonly askOne: (ground: Ground, asked: Asked) => Promise<Receipt>;
  /** Whether one arrived; undefined where the service says nothing yet. */
  readonly receiptOf: (ground: Ground, asked: Asked) => Promise<Delivery | undefined>;
  /** Calls that the service takes in a second. */
  readonly per_second: number;
  /** Signs in and sends nothing. */
  readonly tryIt: (ground: Ground) => Promise<ConnectionTried>;
}

const serviceOf = (settings: SmsSettings): SmsService =>
  "secret_id" in settings ? tencent(settings) : aliyun(settings);

const pacers = new Map<number, Pacer>();

/** One pace for a service in this process, whoever calls it. */
function pacerOf({ per_second }: SmsService): Pacer {
  const known = pacers.get(per_second) ?? new Pacer(per_second);
  pacers.set(per_second, known);
  return known;
}

/** Runs calls side by side, so many at a time. */
export async function each<Item, Answer>(
  items: readonly Item[],
  pacer: Pacer,
  run: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const queue = items.values();
  await Promise.all(
    Array.from({ length: Math.min(CALLS_AT_ONCE, items.length) }, async () => {
      for (const item of queue) {
        await pacer.turn();
        answers.push(await run(item));
      }
    }),
  );
  return answers;
}

const settingsOf = (ground: Ground) => ground.store.read(SYSTEM_SCOPE, (tx) => smsSettings(tx, ground));

async function send(ground: Ground, letters: readonly Letter[]): Promise<Receipt[]> {
  const settings = await settingsOf(ground);
  if (settings === undefined)
    return letters.map(({ message_id }) => ({ message_id, kind: "later", code: "not_set_up" }));
  const service = serviceOf(settings);
  return each(letters, pacerOf(service), (letter) => service.sendOne(ground, letter));
}

async function ask(ground: Ground, asked: readonly Asked[]): Promise<Receipt[]> {
  const settings = await settingsOf(ground);
  if (settings === undefined)
    return asked.map(({ message_id }) => ({ message_id, kind: "unknown", code: "not_set_up" }));
  const service = serviceOf(settings);
  return each(asked, pacerOf(service), (one) => service.askOne(ground, one));
}

async function receipts(ground: Ground, asked: readonly Asked[]): Promise<Delivery[]> {
  const settings = await settingsOf(ground);
  if (settings === undefined) return [];
  const service = serviceOf(settings);
  const answers = await each(asked, pacerOf(service), (one) => service.receiptOf(ground, one));
  return answers.filter((one) => one !== undefined);
}

/** Signs in to the service that is set up, whichever it is. */
export async function trySms(ground: Ground): Promise<ConnectionTried> {
  const settings = await settingsOf(ground);
  if (settings === undefined) return { ok: false, code: "not_set_up", text: "" };
  return serviceOf(settings).tryIt(ground);
}

export const smsCarrier: Carrier = {
  channel: "sms",
  address: "phone",
  under_way_max: 2_000,
  send,
  ask,
  receipts,
};
