import type { Ground } from "../../ground.ts";
import { consentsThen, type Reached, reachedMembers } from "../../members/index.ts";
import type { Tx } from "../../store/index.ts";
import type { AddressKind } from "./carrier.ts";
import { CARRIERS } from "./carriers.ts";
import { type Candidate, Counters, judge, takingsOf, toldKey } from "./decide.ts";
import { candidateOf, categoryOf, type Templates, templatesOf, wordsOf } from "./facts.ts";
import { carriers, ownFacts, stopped, type ToldLast } from "./gate-store.ts";
import { CONSENT_MEDIA, CONSENT_PURPOSE, type Policy } from "./policy.ts";
import { policyInForce } from "./policy-store.ts";
import { isQuiet, quietUntil } from "./quiet.ts";
import { sendersOf } from "./sender-store.ts";
import { RehearsedStock } from "./rehearse-stock.ts";
import { heldOutSince, type LeftOut, reallySent, reallySpent } from "./rehearse-store.ts";
import { PRIORITY } from "./message-store.ts";
import type { Channel, HeldReason } from "./request.ts";

/** A message that would be asked for. */
export interface RehearsedRequest {
  readonly member_id: number;
  readonly template: string;
  readonly at: Date;
  /** As in `MessageRequest`. */
  readonly variables?: Readonly<Record<string, string | number | boolean | null>>;
  readonly priority?: number;
}

/** What the gate would make of it; `waiting`: its time comes after the end of the rehearsal. */
export interface RehearsedFate {
  readonly state: "sent" | "held" | "waiting";
  readonly reason: HeldReason | null;
  readonly at: Date;
  readonly cost_minor: number;
  readonly parts: number;
}

export interface Rehearsed {
  readonly from: Date;
  readonly until: Date;
  /** Whose real effects the rehearsal stands in for. */
  readonly instead_of: LeftOut;
  /** Called between parts of the work; throws to stop it. */
  readonly pulse: () => Promise<void>;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Before the first message: what may still count in a week's cap, and in a month's budget. */
const CAPS_LOOK_BACK_MS = 8 * DAY_MS;
const BUDGETS_LOOK_BACK_MS = 32 * DAY_MS;
const MEMBERS_A_READ = 10_000;
const PULSE_EVERY = 20_000;
/** Names are sealed, and a rehearsal opens none: one of three Chinese characters stands for them. */
const A_NAME = "王小明";

interface Words {
  readonly channel: Channel;
  readonly address: AddressKind | null;
  /** Undefined: they cannot be rendered. */
  readonly parts: number | undefined;
  readonly cost_minor: number;
}

interface Known {
  readonly templates: Templates;
  readonly words: ReadonlyMap<string, Words>;
  readonly policy: Policy;
  readonly stops: ReadonlySet<string>;
  /** By kind of address. */
  readonly reached: ReadonlyMap<string | null, ReadonlyMap<number, Reached>>;
  readonly zones: ReadonlyMap<number, string>;
  readonly held_out: ReadonlyMap<number, Date>;
  /** Of members whom somebody writes to by WeCom. */
  readonly senders: ReadonlyMap<number, string>;
  readonly timezone: string;
}

/** A moment of a rehearsal: the gate looks at a message, or something really went out. */
interface Moment {
  readonly at: number;
  readonly place: number;
  readonly real?: () => void;
}

/**
 * What the gate would have done with messages, had they been asked for: its own judgement over consents as they stood then,
 * caps and budgets with what was really sent beside, quiet hours and holding out; by the rules, templates and addresses in
 * force now. Nothing is written and nothing taken.
 */
export async function rehearseMessages(
  tx: Tx,
  ground: Ground,
  requests: readonly RehearsedRequest[],
  options: Rehearsed,
): Promise<readonly RehearsedFate[]> {
  if (requests.length === 0) return [];
  const known = await knownOf(tx, ground, requests, options);
  const looks = requests.flatMap(({ at, member_id, template }, place) => {
    const later = quietEnd(known, { at, member_id, template });
    return [{ at: at.getTime(), place }, ...(later === undefined ? [] : [{ at: later.getTime(), place }])];
  });
  const consents = await consentsOf(tx, known, requests, looks, options);
  const told = new Map<string, ToldLast>();
  const counters = new Counters(new Map());
  const stock = new RehearsedStock([...known.templates.approved.values()].map(({ content }) => content));
  const moments: Moment[] = [...looks, ...(await realMoments(tx, known, requests, options, { told, counters, stock }))];
  const priority = ({ place }: Moment) => requests[place]?.priority ?? PRIORITY;
  moments.sort((a, b) => a.at - b.at || priority(b) - priority(a) || a.place - b.place);
  const fates: (RehearsedFate | undefined)[] = requests.map(() => undefined);
  let seen = 0;
  for (const { at, place, real } of moments) {
    seen += 1;
    if (seen % PULSE_EVERY === 0) await options.pulse();
    const request = requests[place];
    if (real !== undefined) real();
    else if (request !== undefined && fates[place] === undefined && at < options.until.getTime()) {
      const consent = consents.get(`${place} ${at}`) ?? null;
      const parts = partsOf(known, request);
      fates[place] = decide(known, candidateThen(known, { ...request, at: new Date(at) }, place, consent), parts, {
        now: new Date(at),
        told,
        counters,
        stock,
      });
    }
  }
  return fates.map(
    (fate, place) =>
      fate ?? {
        ...NOTHING,
        state: "waiting",
        at: quietEnd(known, requests[place]) ?? requests[place]?.at ?? new Date(0),
      },
  );
}

const NOTHING = { reason: null, cost_minor: 0, parts: 0 } as const;

/** Billed pieces of a message; undefined: its words cannot be rendered. */
function partsOf({ templates, words }: Known, { template, variables }: RehearsedRequest): number | undefined {
  if (variables === undefined) return words.get(template)?.parts;
  return wordsOf(templates.approved.get(template)?.parsed, { variables, member: { name: A_NAME, number: 1 } })?.parts;
}

interface Standing {
  readonly now: Date;
  readonly told: Map<string, ToldLast>;
  readonly counters: Counters;
  readonly stock: RehearsedStock;
}

/** As a batch of one. @returns undefined: it waits for the end of the quiet hours */
function decide(
  known: Known,
  one: Candidate,
  parts: number | undefined,
  { now, told, counters, stock }: Standing,
): RehearsedFate | undefined {
  const held = (reason: HeldReason): RehearsedFate => ({ ...NOTHING, state: "held", reason, at: now });
  const verdict = judge(one, known.policy, now, told);
  if (verdict.kind === "later") return undefined;
  if (verdict.kind === "held") return held(verdict.reason);
  const { cost_minor } = known.words.get(one.template) ?? { cost_minor: 0 };
  if (parts === undefined) return held("template_broken");
  const content = known.templates.approved.get(one.template)?.content;
  if (!stock.has(one.member_id, content)) return held("no_subscription");
  const cost = cost_minor * parts;
  const takings = takingsOf(one, known.policy, { cost_minor: cost, now, brand_timezone: known.timezone });
  const short = counters.take(takings);
  if (short !== undefined) return held(short);
  stock.take(one.member_id, content);
  if (known.policy.repeat_after_hours[one.category] > 0)
    told.set(toldKey(one.member_id, one.template), { at: now, message_id: one.message_id });
  return { state: "sent", reason: null, at: now, cost_minor: cost, parts };
}

async function knownOf(
  tx: Tx,
  ground: Ground,
  requests: readonly RehearsedRequest[],
  { pulse }: Rehearsed,
): Promise<Known> {
  const names = [...new Set(requests.map(({ template }) => template))];
  const templates = await templatesOf(tx, names);
  const costs = new Map((await carriers(tx)).map(({ channel, cost_minor }) => [channel, cost_minor]));
  const words = new Map(
    names.map((name): [string, Words] => {
      const used = templates.approved.get(name);
      const channel = used?.content.kind ?? "inbox";
      const address = CARRIERS.find((one) => one.channel === channel)?.address ?? null;
      const rendered = wordsOf(used?.parsed, { variables: {}, member: { name: A_NAME, number: 1 } });
      return [name, { channel, address, parts: rendered?.parts, cost_minor: costs.get(channel) ?? 0 }];
    }),
  );
  const reached = new Map<string | null, Map<number, Reached>>();
  const zones = new Map<number, string>();
  const held_out = new Map<number, Date>();
  const senders = new Map<number, string>();
  const by_wecom = [...words.values()].some(({ channel }) => channel === "wecom");
  const ids = [...new Set(requests.map(({ member_id }) => member_id))];
  for (let at = 0; at < ids.length; at += MEMBERS_A_READ) {
    await pulse();
    const part = ids.slice(at, at + MEMBERS_A_READ);
    for (const address of new Set([...words.values()].map((one) => one.address))) {
      const found = reached.get(address) ?? new Map<number, Reached>();
      reached.set(address, found);
      for (const one of await reachedMembers(tx, part, address)) found.set(one.number, one);
    }
    for (const [id, zone] of (await ownFacts(tx, part, [])).zones) zones.set(id, zone);
    if (by_wecom) for (const [id, code] of await sendersOf(tx, part)) senders.set(id, code);
    for (const [id, since] of await heldOutSince(tx, part)) held_out.set(id, since);
  }
  const { timezone } = ground.config;
  const [policy, stops] = [await policyInForce(tx), await stopped(tx)];
  return { templates, words, policy, stops, reached, zones, held_out, senders, timezone };
}

function candidateThen(
  known: Known,
  { at, member_id, template }: RehearsedRequest,
  place: number,
  consent: Candidate["consent"],
): Candidate {
  const { channel, address } = known.words.get(template) ?? { channel: "inbox" as const, address: null };
  const member = known.reached.get(address)?.get(member_id);
  const number = member?.member_id ?? 0;
  const since = known.held_out.get(number);
  return candidateOf({ message_id: place + 1, template, valid_until: null }, member, {
    channel,
    category: categoryOf(known.templates, template),
    has_template: known.templates.approved.has(template),
    stopped: known.stops.has("all") || known.stops.has(channel),
    needs_address: address !== null,
    ...(channel === "wecom" ? { sender: known.senders.get(number) ?? null } : {}),
    consent,
    held_out: since !== undefined && since <= at,
    told: null,
    timezone: known.zones.get(number) ?? known.timezone,
  });
}

/** When a message that comes in quiet hours would be looked at again. */
function quietEnd(known: Known, request: RehearsedRequest | undefined): Date | undefined {
  const { quiet } = known.policy;
  if (request === undefined || quiet === null || quiet.then === "drop") return undefined;
  const { channel, category, timezone } = candidateThen(known, request, 0, null);
  if (!quiet.channels.includes(channel) || !quiet.categories.includes(category)) return undefined;
  return isQuiet(request.at, quiet, timezone) ? quietUntil(request.at, quiet, timezone) : undefined;
}

type Look = Pick<Moment, "at" | "place">;

/** By place and instant: the consent that the message needs, as it stood. */
async function consentsOf(
  tx: Tx,
  known: Known,
  requests: readonly RehearsedRequest[],
  looks: readonly Look[],
  { pulse }: Rehearsed,
): Promise<ReadonlyMap<string, Candidate["consent"]>> {
  const found = new Map<string, Candidate["consent"]>();
  const byMedium = Map.groupBy(looks, ({ place }) => {
    const words = known.words.get(requests[place]?.template ?? "");
    return words === undefined ? null : CONSENT_MEDIA[words.channel];
  });
  for (const [medium, all] of byMedium) {
    if (medium === null) continue;
    for (let from = 0; from < all.length; from += MEMBERS_A_READ) {
      await pulse();
      const part = all.slice(from, from + MEMBERS_A_READ);
      const asked = part.map(({ at, place }) => {
        const { member_id = 0, template = "" } = requests[place] ?? {};
        const member = known.reached.get(known.words.get(template)?.address ?? null)?.get(member_id);
        return { member_id: member?.member_id ?? 0, at: new Date(at) };
      });
      for (const { place, purpose, state } of await consentsThen(tx, asked, medium)) {
        const look = part[place];
        const template = requests[look?.place ?? -1]?.template ?? "";
        if (look !== undefined && purpose === CONSENT_PURPOSE[categoryOf(known.templates, template)])
          found.set(`${look.place} ${look.at}`, state);
      }
    }
  }
  return found;
}

/** What really went out meanwhile, each counted at its time. */
async function realMoments(
  tx: Tx,
  known: Known,
  requests: readonly RehearsedRequest[],
  { from, until, instead_of, pulse }: Rehearsed,
  { told, counters, stock }: Omit<Standing, "now">,
): Promise<Moment[]> {
  const { policy } = known;
  const moments: Moment[] = [];
  const hours = Math.max(policy.repeat_after_hours.marketing, policy.repeat_after_hours.service);
  const look_back = Math.max(CAPS_LOOK_BACK_MS, hours * HOUR_MS);
  const ids = [...new Set(requests.map(({ member_id }) => member_id))];
  for (let at = 0; at < ids.length; at += MEMBERS_A_READ) {
    await pulse();
    const part = ids.slice(at, at + MEMBERS_A_READ);
    moments.push(...(await stock.moments(tx, until, instead_of, part)));
    const period = { from: new Date(from.getTime() - look_back), until };
    for (const sent of await reallySent(tx, period, instead_of, part)) {
      const address = CARRIERS.find((one) => one.channel === sent.channel)?.address ?? null;
      const candidate: Candidate = {
        ...candidateThen(known, sent, -1, null),
        channel: sent.channel,
        category: sent.category,
        member_id: sent.member_id,
        address: known.reached.get(address)?.get(sent.member_id)?.address_token ?? null,
      };
      const real = () => {
        counters.count(takingsOf(candidate, policy, { cost_minor: 0, now: sent.at, brand_timezone: known.timezone }));
        told.set(toldKey(sent.member_id, sent.template), { at: sent.at, message_id: -1 });
      };
      moments.push({ at: sent.at.getTime(), place: -1, real });
    }
  }
  if (policy.budgets.length === 0) return moments;
  const period = { from: new Date(from.getTime() - BUDGETS_LOOK_BACK_MS), until };
  for (const { channel, at, cost_minor } of await reallySpent(tx, period, instead_of)) {
    const nobody = { ...candidateThen(known, { at, member_id: 0, template: "" }, -1, null), channel };
    const real = () => {
      const takings = takingsOf(nobody, policy, { cost_minor, now: at, brand_timezone: known.timezone });
      counters.count(takings.filter(({ reason }) => reason === "budget"));
    };
    moments.push({ at: at.getTime(), place: -1, real });
  }
  return moments;
}
