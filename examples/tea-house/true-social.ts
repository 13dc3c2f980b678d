import { interestOf } from "./persons.ts";
import { band, fixed, mode, sum } from "./true-arithmetic.ts";
import { netByDay } from "./true-history.ts";
import type { TrueTags } from "./true-tags.ts";
import type { Truth, TruePerson } from "./truth.ts";

const ACTS: readonly string[] = ["share", "review", "like", "group_buy", "referral"];

/** What somebody does with others, and what others do because of it. */
export function trueSocial(truth: Truth, one: TruePerson, today: number): TrueTags {
  const events = one.history.events.filter((event) => event.day <= today);
  const of = (kind: string) => events.filter((event) => event.kind === kind);
  const recent = (kind: string) => of(kind).filter((event) => event.day > today - 90).length;
  const liked = of("like").filter((event) => event.body["direction"] === "received");
  const ratings = of("review").map((event) => Number(event.body["rating"]));
  const shares = recent("share");
  const roles = of("group_buy").map((event) => ({ value: String(event.body["role"]), weight: 1, day: event.day }));
  const acts = events.filter(
    ({ kind, day, body }) => ACTS.includes(kind) && day > today - 90 && body["direction"] !== "received",
  );
  const friends = invitedBy(truth, one.person.index, today);
  const influence = recent("share_visit") + 2 * liked.length + 10 * friends.length;
  const reads = of("content_read").filter((event) => event.day > today - 365);
  return {
    invited_members: String(friends.length),
    invited_by: invitation(one, today) === undefined ? null : String(one.invited_by),
    referral_value: String(sum(friends, (friend) => spentBy(friend, today))),
    shares_90d: String(shares),
    share_to_visit: shares === 0 ? null : fixed(recent("share_visit"), shares, 2),
    reviews_90d: String(recent("review")),
    average_rating: ratings.length === 0 ? null : fixed(sum(ratings, Number), ratings.length, 1),
    likes_received: String(liked.length),
    group_buy_role: mode(roles),
    community_activity: band(acts.length, COMMUNITY, "active"),
    influence_score: String(Math.min(100, influence)),
    // What somebody is interested in, not what happened to be read; who never reads shows it to nobody.
    interest_topics: reads.length === 0 ? null : interestOf(one.person.index),
  };
}

const COMMUNITY = [
  [1, "silent"],
  [5, "occasional"],
] as const;

/** Whether any system saw the invitation; of the others nobody can know. */
function invitation(one: TruePerson, today: number) {
  return one.history.events.find(
    ({ kind, day, body }) => kind === "referral" && day <= today && body["role"] === "invitee",
  );
}

function invitedBy(truth: Truth, index: number, today: number): TruePerson[] {
  const friends = invitedOf(truth).get(index) ?? [];
  return friends.filter((friend) => invitation(friend, today) !== undefined);
}

const known = new WeakMap<Truth, ReadonlyMap<number, readonly TruePerson[]>>();

/** Everybody who came on somebody's invitation, by who invited them. */
function invitedOf(truth: Truth): ReadonlyMap<number, readonly TruePerson[]> {
  const before = known.get(truth);
  if (before !== undefined) return before;
  const found = Map.groupBy(truth.persons.values(), (one) => one.invited_by ?? -1);
  known.set(truth, found);
  return found;
}

/** Net spend of a whole life; purchases of staff, tests and wholesale are none. */
function spentBy({ person, history }: TruePerson, today: number): number {
  if (person.flag !== undefined && person.flag !== "reseller") return 0;
  return sum([...netByDay(history, today).values()], Number);
}
