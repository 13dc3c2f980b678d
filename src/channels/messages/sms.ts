import type { Ground } from "../../ground.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { aliyun } from "./aliyun-sms.ts";
import type { Asked, Carrier, ConnectionTried, Delivery, Letter, Receipt } from "./carrier.ts";
import { type SmsSettings, smsSettings } from "./carrier-settings.ts";

const CALLS_AT_ONCE = 32;

/** A service that sends SMS, one call for each message; nothing is thrown. */
export interface SmsService<Settings> {
  readonly sendOne: (ground: Ground, settings: Settings, letter: Letter) => Promise<Receipt>;
  /** What became of one whose answer was lost. */
  readonly askOne: (ground: Ground, settings: Settings, asked: Asked) => Promise<Receipt>;
  /** Whether one arrived; undefined where the service says nothing yet. */
  readonly receiptOf: (ground: Ground, settings: Settings, asked: Asked) => Promise<Delivery | undefined>;
  /** Signs in and sends nothing. */
  readonly tryIt: (ground: Ground, settings: Settings) => Promise<ConnectionTried>;
}

const serviceOf = (_settings: SmsSettings): SmsService<SmsSettings> => aliyun;

/** Runs calls side by side, so many at a time. */
export async function each<Item, Answer>(
  items: readonly Item[],
  run: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const queue = items.values();
  await Promise.all(
    Array.from({ length: Math.min(CALLS_AT_ONCE, items.length) }, async () => {
      for (const item of queue) answers.push(await run(item));
    }),
  );
  return answers;
}

const settingsOf = (ground: Ground) => ground.store.read(SYSTEM_SCOPE, (tx) => smsSettings(tx, ground));

async function send(ground: Ground, letters: readonly Letter[]): Promise<Receipt[]> {
  const settings = await settingsOf(ground);
  if (settings === undefined)
    return letters.map(({ message_id }) => ({ message_id, kind: "later", code: "not_set_up" }));
  return each(letters, (letter) => serviceOf(settings).sendOne(ground, settings, letter));
}

async function ask(ground: Ground, asked: readonly Asked[]): Promise<Receipt[]> {
  const settings = await settingsOf(ground);
  if (settings === undefined)
    return asked.map(({ message_id }) => ({ message_id, kind: "unknown", code: "not_set_up" }));
  return each(asked, (one) => serviceOf(settings).askOne(ground, settings, one));
}

async function receipts(ground: Ground, asked: readonly Asked[]): Promise<Delivery[]> {
  const settings = await settingsOf(ground);
  if (settings === undefined) return [];
  const answers = await each(asked, (one) => serviceOf(settings).receiptOf(ground, settings, one));
  return answers.filter((one) => one !== undefined);
}

/** Signs in to the service that is set up, whichever it is. */
export async function trySms(ground: Ground): Promise<ConnectionTried> {
  const settings = await settingsOf(ground);
  if (settings === undefined) return { ok: false, code: "not_set_up", text: "" };
  return serviceOf(settings).tryIt(ground, settings);
}

export const smsCarrier: Carrier = {
  channel: "sms",
  address: "phone",
  under_way_max: 2_000,
  send,
  ask,
  receipts,
};
