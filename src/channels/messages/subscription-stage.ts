import type { IdentifiedRecord, Stage, StageReject } from "../../ingest/index.ts";
import { type SubscriptionWord, takeBackWords, takeWords } from "./subscription-store.ts";

export const SUBSCRIPTION = "subscription";

const isWord = (state: unknown): state is SubscriptionWord["word"] =>
  state === "accepted" || state === "refused" || state === "ended";

/** What members say of templates of WeChat, of whichever source, is what the gate may use up. */
export const subscriptionStage: Stage = {
  domain: "channels",
  async apply(tx, ground, records) {
    const rejects: StageReject[] = [];
    const words: SubscriptionWord[] = [];
    for (const record of records) {
      if (record.kind !== SUBSCRIPTION || record.party_id === null) continue;
      const word = wordOf(record, record.party_id);
      if (word === undefined) rejects.push({ record_id: record.record_id, code: "channels.no_openid", params: {} });
      else words.push(word);
    }
    await takeWords(tx, words, ground.clock.now());
    return rejects;
  },
  async retract(tx, ground, records) {
    const ids = records.filter(({ kind }) => kind === SUBSCRIPTION).map(({ record_id }) => record_id);
    await takeBackWords(tx, ids, ground.clock.now());
  },
};

/** It is the openid that agrees, whoever else the record names. */
function wordOf(record: IdentifiedRecord, party_id: number): SubscriptionWord | undefined {
  const { record_id, identities, body, occurred_at } = record;
  const openid = identities.find(({ kind }) => kind === "openid");
  const { service_template, state } = body;
  if (openid === undefined || typeof service_template !== "string" || !isWord(state)) return undefined;
  return { record_id, address_token: openid.token, service_template, party_id, word: state, at: occurred_at };
}
