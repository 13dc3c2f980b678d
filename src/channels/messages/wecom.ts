import type { Ground } from "../../ground.ts";
import { OutgoingFailed, OutgoingRefused } from "../../platform/alerts/outgoing.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { type Asked, type Carrier, type ConnectionTried, type Letter, NOT_TAKEN, type Receipt } from "./carrier.ts";
import { type WecomSettings, wecomSettings } from "./carrier-settings.ts";
import { Pacer } from "./pacer.ts";
import { each } from "./sms.ts";
import { type Broadcast, broadcastsOf } from "./wecom-broadcasts.ts";
import { type LostTask, lostTasks, noteTasks, wordsHash } from "./wecom-task-store.ts";
import { type Called, callWecom, WecomFailed, wecomToken } from "./wecom-call.ts";

/** What one associate is to send: the same words to these customers. */
const CUSTOMERS_MAX = 10_000;
const CONFIRM_DAYS = 7;
/** What WeCom gives no word of for so long is left unknown: the company has gone, or it knows the task no longer. */
const GIVE_UP_DAYS = 14;
const DAY_MS = 86_400_000;
/** Tasks begun a second. */
const pacer = new Pacer(50);

/** Of a customer in a result: sent, no friend any more, got another broadcast that day. */
const SENT = 1;
const FAILED: Readonly<Record<number, string>> = { 2: "not_a_friend", 3: "other_broadcast" };

/** Codes with which the very broadcast can never go out: no such associate, no such customers, words not allowed. */
const REFUSED = new Set(["40003", "40096", "41048", "45002", "60111", "81013", "84061", "90207"]);
const LIMITED_WAIT_S: Readonly<Record<string, number>> = { "45009": 600, "45033": 60 };

const settingsOf = (ground: Ground) => ground.store.read(SYSTEM_SCOPE, (tx) => wecomSettings(tx, ground));

function bodyOf(letters: readonly Letter[]): Record<string, unknown> | undefined {
  const [first] = letters;
  if (first?.content.kind !== "wecom" || first.sender === undefined) return undefined;
  const { link } = first.content;
  const { title, text } = first.rendered;
  return {
    chat_type: "single",
    external_userid: letters.map(({ address }) => address),
    sender: first.sender,
    text: { content: text },
    ...(link === undefined
      ? {}
      : { attachments: [{ msgtype: "link", link: { title: title || text.slice(0, 40), url: link } }] }),
  };
}

/** One task for one associate, for all who get the same words. */
async function prepare(ground: Ground, settings: WecomSettings, letters: readonly Letter[]): Promise<Receipt[]> {
  const all = (
    receipt: { kind: "refused" | "unknown"; code: string } | { kind: "later"; code: string; wait_s?: number },
  ) => letters.map(({ message_id }): Receipt => ({ message_id, ...receipt }));
  const body = bodyOf(letters);
  if (body === undefined) return all({ kind: "refused", code: "not_a_broadcast" });
  let called: Called;
  try {
    called = await callWecom(ground, settings, "/cgi-bin/externalcontact/add_msg_template", body);
  } catch (error) {
    if (error instanceof WecomFailed) return all({ kind: error.sent ? "unknown" : "later", code: error.code });
    throw error;
  }
  const { code, answer, status } = called;
  if (code !== "0") {
    if (REFUSED.has(code)) return all({ kind: "refused", code });
    if (status >= 500 || code === "-1" || code.startsWith("http_")) return all({ kind: "unknown", code });
    const wait_s = LIMITED_WAIT_S[code];
    return all({ kind: "later", code, ...(wait_s === undefined ? {} : { wait_s }) });
  }
  const failed = new Set(Array.isArray(answer["fail_list"]) ? answer["fail_list"].map(String) : []);
  const service_id = `${String(answer["msgid"])}/${letters[0]?.sender ?? ""}`;
  return letters.map(({ message_id, address }) =>
    failed.has(address)
      ? { message_id, kind: "refused", code: "fail_list" }
      : { message_id, kind: "prepared", service_id, code },
  );
}

async function send(ground: Ground, letters: readonly Letter[]): Promise<Receipt[]> {
  const settings = await settingsOf(ground);
  if (settings === undefined)
    return letters.map(({ message_id }) => ({ message_id, kind: "later", code: "not_set_up" }));
  // a customer stands once in a task: who is to get the same words twice is in two
  const tasks = new Map<string, Letter[][]>();
  for (const letter of letters) {
    const link = letter.content.kind === "wecom" ? letter.content.link : undefined;
    const key = JSON.stringify([letter.sender, letter.rendered.text, letter.rendered.title, link]);
    const own = tasks.get(key) ?? [];
    const free = own.find(
      (task) => task.length < CUSTOMERS_MAX && !task.some(({ address }) => address === letter.address),
    );
    if (free === undefined) own.push([letter]);
    else free.push(letter);
    tasks.set(key, own);
  }
  await ground.store.write(SYSTEM_SCOPE, (tx) =>
    noteTasks(
      tx,
      letters.map(({ message_id, sender = "", rendered }) => ({ message_id, sender, text: rendered.text })),
      ground.wall.now(),
    ),
  );
  const prepared = await each([...tasks.values()].flat(), pacer, (task) => prepare(ground, settings, task));
  return prepared.flat();
}

/**
 * Whose answer was lost is looked for among what the company prepared since: the associate, the words and the customer
 * tell it. Only when the whole list was read and it is not there was it never taken.
 */
async function ask(ground: Ground, asked: readonly Asked[]): Promise<Receipt[]> {
  const unknown = (code: string) => asked.map(({ message_id }): Receipt => ({ message_id, kind: "unknown", code }));
  const settings = await settingsOf(ground);
  if (settings === undefined) return unknown("not_set_up");
  const ids = asked.map(({ message_id }) => message_id);
  const tasks = await ground.store.read(SYSTEM_SCOPE, (tx) => lostTasks(tx, ids));
  const lost = new Map(tasks.map((task) => [task.message_id, task]));
  const since = new Date(Math.min(...asked.map(({ handed_at }) => handed_at.getTime())));
  try {
    const search = new Search(ground, settings, await broadcastsOf(ground, settings, since));
    const receipts: Receipt[] = [];
    for (const one of asked) {
      const task = lost.get(one.message_id);
      // what was not written down was never asked for
      if (task === undefined) receipts.push({ message_id: one.message_id, kind: "later", code: NOT_TAKEN });
      else receipts.push(await search.find(one, task));
    }
    return receipts;
  } catch (error) {
    if (error instanceof WecomFailed) return unknown(error.code);
    throw error;
  }
}

/** Looks for messages among what the company prepared; a task is one message's to a customer. */
class Search {
  readonly #results = new Map<string, ReadonlyMap<string, number>>();
  readonly #used = new Set<string>();
  readonly #ground: Ground;
  readonly #settings: WecomSettings;
  readonly #broadcasts: readonly Broadcast[];

  constructor(ground: Ground, settings: WecomSettings, broadcasts: readonly Broadcast[]) {
    this.#ground = ground;
    this.#settings = settings;
    this.#broadcasts = broadcasts;
  }

  async find({ message_id, address, handed_at }: Asked, task: LostTask): Promise<Receipt> {
    if (task.unsettled) return { message_id, kind: "unknown", code: "another_on_its_way" };
    for (const { msgid, created_at, text } of this.#broadcasts) {
      const service_id = `${msgid}/${task.sender}`;
      const key = `${service_id} ${address}`;
      if (created_at.getTime() < handed_at.getTime() - 1_000 || !wordsHash(text).equals(task.words_hash)) continue;
      if (this.#used.has(key) || task.others.includes(service_id)) continue;
      if (!(await this.#result(service_id)).has(address)) continue;
      this.#used.add(key);
      return { message_id, kind: "prepared", service_id, code: "found" };
    }
    return { message_id, kind: "later", code: NOT_TAKEN };
  }

  async #result(service_id: string): Promise<ReadonlyMap<string, number>> {
    const known = this.#results.get(service_id) ?? (await resultOf(this.#ground, this.#settings, service_id));
    this.#results.set(service_id, known);
    return known;
  }
}

/** How each customer of a task stands: 0 until the associate has sent it. @throws WecomFailed */
async function resultOf(
  ground: Ground,
  settings: WecomSettings,
  service_id: string,
): Promise<ReadonlyMap<string, number>> {
  const at = service_id.indexOf("/");
  const [msgid, userid] = [service_id.slice(0, at), service_id.slice(at + 1)];
  const found = new Map<string, number>();
  let cursor = "";
  do {
    const { code, answer } = await callWecom(ground, settings, "/cgi-bin/externalcontact/get_groupmsg_send_result", {
      msgid,
      userid,
      limit: 1_000,
      cursor,
    });
    if (code !== "0") throw new WecomFailed(code, true);
    for (const one of Array.isArray(answer["send_list"]) ? (answer["send_list"] as Record<string, unknown>[]) : [])
      found.set(String(one["external_userid"]), Number(one["status"]));
    cursor = String(answer["next_cursor"] ?? "");
  } while (cursor !== "");
  return found;
}

/** Sent is what the result says so of; what nobody sent within a week is taken back. */
async function confirmations(ground: Ground, asked: readonly Asked[]): Promise<Receipt[]> {
  const now_ms = ground.wall.now().getTime();
  const givenUp = (own: readonly Asked[], code: string) =>
    own
      .filter(({ handed_at }) => handed_at.getTime() < now_ms - GIVE_UP_DAYS * DAY_MS)
      .map(({ message_id }): Receipt => ({ message_id, kind: "lost", code }));
  const settings = await settingsOf(ground);
  if (settings === undefined) return givenUp(asked, "not_set_up");
  const receipts: Receipt[] = [];
  const too_old = now_ms - CONFIRM_DAYS * DAY_MS;
  for (const [service_id, own] of Map.groupBy(asked, (one) => one.service_id ?? "")) {
    try {
      const over = own.every(({ handed_at }) => handed_at.getTime() < too_old);
      if (over) await takeBack(ground, settings, service_id);
      const result = await resultOf(ground, settings, service_id);
      for (const { message_id, address } of own)
        receipts.push(standing(message_id, service_id, result.get(address), over));
    } catch (error) {
      // asked for again at its next time, while there is hope
      if (!(error instanceof WecomFailed)) throw error;
      receipts.push(...givenUp(own, error.code));
      ground.log.warn({ code: error.code }, "WeCom did not say what became of a broadcast");
    }
  }
  return receipts;
}

function standing(message_id: number, service_id: string, status: number | undefined, over: boolean): Receipt {
  if (status === SENT) return { message_id, kind: "accepted", service_id, code: "0" };
  const failed = FAILED[status ?? 0];
  if (failed !== undefined) return { message_id, kind: "refused", code: failed };
  return over
    ? { message_id, kind: "not_confirmed", code: "cancelled" }
    : { message_id, kind: "prepared", service_id, code: "waits" };
}

/** @throws WecomFailed where it is not known to be taken back */
async function takeBack(ground: Ground, settings: WecomSettings, service_id: string): Promise<void> {
  const msgid = service_id.slice(0, service_id.indexOf("/"));
  const { code } = await callWecom(ground, settings, "/cgi-bin/externalcontact/cancel_groupmsg_send", { msgid });
  if (code !== "0") throw new WecomFailed(code, true);
}

/** Fetches a token and sends nothing. */
export async function tryWecom(ground: Ground): Promise<ConnectionTried> {
  const settings = await settingsOf(ground);
  if (settings === undefined) return { ok: false, code: "not_set_up", text: "" };
  try {
    await wecomToken(ground, settings);
    return { ok: true, code: "OK", text: "" };
  } catch (error) {
    if (error instanceof OutgoingRefused) return { ok: false, code: `refused_${error.reason}`, text: "" };
    if (error instanceof OutgoingFailed) return { ok: false, code: "no_answer", text: error.message.slice(0, 200) };
    if (error instanceof WecomFailed) return { ok: false, code: error.code, text: "" };
    throw error;
  }
}

export const wecomCarrier: Carrier = {
  channel: "wecom",
  address: "external_userid",
  under_way_max: 10_000,
  at_once: 5_000,
  send,
  ask,
  receipts: null,
  confirmations,
};
