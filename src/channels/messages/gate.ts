import type { Ground } from "../../ground.ts";
import { type Reached, reachedMembers } from "../../members/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { type Carrier, LEASE_MS, type Letter } from "./carrier.ts";
import { type Candidate, Counters, judge, repeated, takingsOf, toldKey, type Verdict } from "./decide.ts";
import {
  carriers,
  claimForGate,
  type Claimed,
  consentStates,
  type Ending,
  type HandedRow,
  markSending,
  noteTold,
  ownFacts,
  putOff,
  stopped,
  type ToldLast,
  usedOf,
  writeEnds,
} from "./gate-store.ts";
import { insertLinks } from "./link-store.ts";
import { tellEnded } from "./message-store.ts";
import { CONSENT_MEDIA, CONSENT_PURPOSE, type Policy } from "./policy.ts";
import { policyInForce } from "./policy-store.ts";
import { candidateOf, categoryOf, type Templates, templatesOf, wordsOf } from "./facts.ts";
import { seedsAmong } from "./seed-store.ts";
import { takeGate } from "./gate-turn-store.ts";
import { linkCode } from "./short-link.ts";
import { sendersOf } from "./sender-store.ts";
import { addTaken, Stock } from "./stock.ts";
import { readsName, type Rendered } from "./template.ts";
import { usedKey, withTried } from "./trial.ts";

/** Messages decided in one transaction. */
export const GATE_BATCH_MAX = 5_000;

/** Of a channel whose last batch failed. */
const PROBE_MAX = 50;

export interface Gated {
  /** Decided in this round, whatever became of them. */
  readonly decided: number;
  /** To be sent now, by whoever ran the round. */
  readonly letters: readonly Letter[];
}

const NOTHING: Gated = { decided: 0, letters: [] };

interface Batch {
  readonly ground: Ground;
  readonly tx: Tx;
  readonly now: Date;
  readonly policy: Policy;
  readonly carrier: Carrier;
  readonly cost_minor: number;
  readonly lease_ms: number;
}

/**
 * Decides a batch of one channel: everything it needs to know is read by a statement for each kind of fact, judged in
 * memory, and written by a statement for each kind of end. What goes on to a service outside is marked before it leaves.
 * @param options messages at most, and how long an answer may take
 */
export async function gateRound(
  ground: Ground,
  carrier: Carrier,
  { limit = GATE_BATCH_MAX, lease_ms = LEASE_MS }: { readonly limit?: number; readonly lease_ms?: number } = {},
): Promise<Gated> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    if (!(await takeGate(tx, carrier.channel, ground.clock.now()))) return NOTHING;
    const now = ground.clock.now();
    const own = (await carriers(tx)).find(({ channel }) => channel === carrier.channel);
    // whether a service that failed is back, a few messages tell as well as thousands, which others would wait for
    const room = (own?.failures ?? 0) > 0 ? PROBE_MAX : GATE_BATCH_MAX;
    const claimed = await claimForGate(tx, carrier.channel, now, Math.min(limit, room));
    if (claimed.length === 0) return NOTHING;
    const policy = await policyInForce(tx);
    const cost_minor = own?.cost_minor ?? 0;
    const letters = await decideBatch({ ground, tx, now, policy, carrier, cost_minor, lease_ms }, claimed);
    return { decided: claimed.length, letters: "within" in carrier ? [] : letters };
  });
}

interface Known {
  readonly candidate: Candidate;
  readonly claimed: Claimed;
  readonly reached: Reached | undefined;
  readonly stock: Stock;
}

async function decideBatch(batch: Batch, claimed: readonly Claimed[]): Promise<Letter[]> {
  const { tx, ground, now, policy, carrier } = batch;
  const names = [...new Set(claimed.map(({ template }) => template))];
  const templates = await withTried(tx, await templatesOf(tx, names), claimed);
  const known = await factsOf(batch, claimed, templates);
  const endings: Ending[] = [];
  const later: { message_id: number; until: Date }[] = [];
  const going: Known[] = [];
  for (const one of known) {
    const verdict = judge(one.candidate, policy, now, NOBODY_TOLD);
    const { message_id } = one.claimed;
    if (verdict.kind === "held") endings.push({ message_id, state: "held", reason: verdict.reason });
    else if (verdict.kind === "later") later.push({ message_id, until: verdict.until });
    else going.push(one);
  }
  const { letters, rows, held, counters, told } = await composeLetters(batch, going, templates);
  // while the database counts, this process seals what goes into the inbox
  const [, write] = await Promise.all([
    addTaken(tx, counters.grown()),
    "within" in carrier ? carrier.within(ground, letters) : undefined,
  ]);
  await noteTold(tx, told);
  await putOff(tx, later, "quiet_hours");
  const links = letters.flatMap(({ message_id, rendered }) => rendered.links.map((link) => ({ ...link, message_id })));
  await insertLinks(tx, links, now);
  if (write === undefined) await markSending(tx, rows, ground.wall.now(), new Date(now.getTime() + batch.lease_ms));
  else {
    await write(tx);
    for (const row of rows) endings.push({ ...row, state: "accepted", reason: null });
  }
  const askers = new Map(claimed.map((message) => [message.message_id, message]));
  const ended = (await writeEnds(tx, [...endings, ...held], now)).sort((a, b) => a.message_id - b.message_id);
  await tellEnded(
    tx,
    ended.flatMap((one) => {
      const asker = askers.get(one.message_id);
      if (asker === undefined) return [];
      return [{ ...one, source: asker.source, effect_key: asker.effect_key, member_id: asker.member_id }];
    }),
  );
  return letters;
}

async function factsOf(batch: Batch, claimed: readonly Claimed[], templates: Templates): Promise<Known[]> {
  const { tx, ground, carrier } = batch;
  const { channel } = carrier;
  const stops = await stopped(tx);
  const reached = new Map(
    (await reachedMembers(tx, [...new Set(claimed.map(({ member_id }) => member_id))], carrier.address)).map((one) => [
      one.number,
      one,
    ]),
  );
  const member_ids = [...new Set([...reached.values()].map(({ member_id }) => member_id))];
  const medium = CONSENT_MEDIA[channel];
  const consents = new Map(
    (medium === null ? [] : await consentStates(tx, member_ids, medium)).map((one) => [
      `${one.member_id} ${one.purpose}`,
      one.state,
    ]),
  );
  const tests = claimed.some(({ test_version }) => test_version !== null);
  const seeds = tests ? await seedsAmong(tx, member_ids) : new Set<number>();
  const own = await ownFacts(tx, member_ids, [...templates.categories.keys()]);
  const stock = await Stock.of(
    tx,
    member_ids,
    [...templates.approved.values()].map(({ content }) => content),
  );
  const senders = channel === "wecom" ? await sendersOf(tx, member_ids) : undefined;
  return claimed.map((message) => {
    const known = reached.get(message.member_id);
    const member_id = known?.member_id ?? 0;
    const content = templates.approved.get(usedKey(message))?.content;
    const address_token = stock.addressFor(member_id, content, known?.address_token ?? null);
    const member = known === undefined ? undefined : { ...known, address_token };
    const category = categoryOf(templates, message.template);
    const candidate = candidateOf(message, member, {
      channel,
      category,
      test: message.test_version !== null,
      seed: seeds.has(member_id),
      has_template: templates.approved.has(usedKey(message)),
      stopped: stops.has("all") || stops.has(channel),
      needs_address: carrier.address !== null,
      ...(senders === undefined ? {} : { sender: senders.get(member_id) ?? null }),
      consent: consents.get(`${member_id} ${CONSENT_PURPOSE[category]}`) ?? null,
      held_out: own.held_out.has(member_id),
      told: own.told.get(toldKey(member_id, message.template)) ?? null,
      timezone: own.zones.get(member_id) ?? ground.config.timezone,
    });
    return { candidate, claimed: message, reached: member, stock };
  });
}

/** What the gate would say to one message now, read as for a batch; writes nothing. */
export async function gateVerdict(ground: Ground, tx: Tx, carrier: Carrier, message: Claimed): Promise<Verdict> {
  const now = ground.clock.now();
  const policy = await policyInForce(tx);
  const batch = { ground, tx, now, policy, carrier, cost_minor: 0, lease_ms: LEASE_MS };
  const [known] = await factsOf(batch, [message], await templatesOf(tx, [message.template]));
  if (known === undefined) throw new Error("a message without facts");
  return judge(known.candidate, policy, now, NOBODY_TOLD);
}

const NOBODY_TOLD: ReadonlyMap<string, ToldLast> = new Map();

interface Composed {
  readonly letters: Letter[];
  readonly rows: HandedRow[];
  readonly held: Ending[];
  readonly counters: Counters;
  /** Templates that members get with this batch. */
  readonly told: ReadonlyMap<string, ToldLast>;
}

/** Renders what goes, and takes from caps and budgets in the order of priority. */
async function composeLetters(batch: Batch, going: readonly Known[], templates: Templates): Promise<Composed> {
  const { tx, ground, now, policy, cost_minor, carrier } = batch;
  const clear = await openValues(batch, going, templates);
  const letters: Letter[] = [];
  const rows: HandedRow[] = [];
  const held: Ending[] = [];
  const rendered = going.map((one) => render(ground, one, templates, clear));
  const takings = going.map(({ candidate, claimed, stock }, at) => [
    ...stock.takingOf(candidate.member_id ?? 0, templates.approved.get(usedKey(claimed))?.content),
    ...takingsOf(candidate, policy, {
      cost_minor: cost_minor * (rendered[at]?.parts ?? 0),
      now,
      brand_timezone: ground.config.timezone,
    }),
  ]);
  const told = new Map<string, ToldLast>();
  const counters = new Counters(await usedOf(tx, [...new Set(takings.flat().map(({ key }) => key))]));
  for (const [at, { claimed, candidate }] of going.entries()) {
    const { message_id } = claimed;
    const words = rendered[at];
    const used = templates.approved.get(usedKey(claimed));
    const address = carrier.address === null ? candidate.address : clear.get(candidate.address ?? "");
    if (words === undefined || used === undefined) held.push({ message_id, state: "held", reason: "template_broken" });
    else if (address == null) held.push({ message_id, state: "held", reason: "no_address" });
    // only what really goes makes the next one a repetition: what a cap or its own words held back was not told
    else if (repeated(candidate, policy, now, told)) held.push({ message_id, state: "held", reason: "repeated" });
    else {
      const taken = takings[at] ?? [];
      const short = counters.take(taken);
      if (short !== undefined) held.push({ message_id, state: "held", reason: short });
      else {
        const { parts } = words;
        if (!candidate.test && policy.repeat_after_hours[candidate.category] > 0)
          told.set(toldKey(candidate.member_id, candidate.template), { at: now, message_id });
        letters.push({
          message_id,
          member_id: candidate.member_id ?? 0,
          address,
          content: used.content,
          rendered: words,
          ...(candidate.sender == null ? {} : { sender: candidate.sender }),
        });
        const keys = taken.map(({ key }) => key);
        rows.push({
          message_id,
          version: used.version,
          cost_minor: cost_minor * parts,
          parts,
          taken: keys,
          address_token: carrier.address === null ? null : candidate.address,
        });
      }
    }
  }
  return { letters, rows, held, counters, told };
}

/** Addresses, and names where a template reads them. */
async function openValues(
  { tx, ground, carrier }: Batch,
  going: readonly Known[],
  templates: Templates,
): Promise<ReadonlyMap<string, string>> {
  const named = new Set([...templates.approved].filter(([, { content }]) => readsName(content)).map(([key]) => key));
  const tokens = new Set<string>();
  for (const { claimed, candidate, reached } of going) {
    if (carrier.address !== null && candidate.address !== null) tokens.add(candidate.address);
    if (named.has(usedKey(claimed)) && reached?.name_token != null) tokens.add(reached.name_token);
  }
  const opened = tokens.size === 0 ? new Map<string, never>() : await ground.vault.open(tx, [...tokens]);
  return new Map([...opened].map(([token, { value }]) => [token, value]));
}

function render(
  ground: Ground,
  { claimed, reached }: Known,
  templates: Templates,
  clear: ReadonlyMap<string, string>,
): Rendered | undefined {
  const parsed = templates.approved.get(usedKey(claimed))?.parsed;
  const name = clear.get(reached?.name_token ?? "") ?? "";
  return wordsOf(parsed, {
    variables: claimed.variables,
    member: { name, number: reached?.member_id ?? 0 },
    links: {
      base: `${ground.config.link_url}/s/`,
      codeOf: (place) => linkCode(ground, claimed.message_id, place),
    },
  });
}
