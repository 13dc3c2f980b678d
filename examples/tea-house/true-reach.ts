import type { Account } from "./accounts.ts";
import { yesNo } from "./true-arithmetic.ts";
import type { TrueTags } from "./true-tags.ts";
import type { TruePerson } from "./truth.ts";

/** What somebody said about being written to: yes or no, and whether the yes can be shown to an inspector. */
interface Word {
  readonly at: number;
  readonly medium: string;
  readonly granted: boolean;
  readonly proven: boolean;
}

const MEDIA = ["sms", "email", "wechat", "wecom"] as const;
type Medium = (typeof MEDIA)[number];

/** By what somebody may be reached, and how much of the profile the systems have. */
export function trueReach(one: TruePerson, today: number): TrueTags {
  const words = wordsOf(one, today);
  const allowed = (medium: string): boolean => {
    const own = words.filter((word) => word.medium === medium);
    const refused = Math.max(...own.filter((word) => !word.granted).map((word) => word.at), 0);
    return own.some((word) => word.granted && word.proven && word.at > refused);
  };
  const has: Readonly<Record<Medium, boolean>> = {
    sms: one.accounts.some(answers),
    email: one.accounts.some(hasEmail),
    wechat: one.accounts.some(hasOpenid),
    wecom: one.person.wecom_friend,
  };
  const reached = MEDIA.filter((medium) => has[medium] && allowed(medium));
  return {
    reachable_channels: reached.join("_") || "none",
    marketing_consent: yesNo([...new Set(words.map((word) => word.medium))].some(allowed)),
    profile_completeness: (Math.round((filled(one) / PROFILE_FIELDS) * 100) / 100).toFixed(2),
  };
}

/** Said in an account as it was opened, and later in the apps. */
function wordsOf({ accounts, history }: TruePerson, today: number): Word[] {
  const opening = accounts.flatMap(({ facts, opened }) =>
    facts.consents.map(({ channel, granted, proven }) => ({ at: opened, medium: channel, granted, proven })),
  );
  const later = history.events
    .filter((event) => event.kind === "consent" && event.day <= today)
    .map(({ at, body }) => ({ at, medium: String(body["medium"]), granted: body["granted"] === true, proven: true }));
  return [...opening, ...later];
}

function answers({ phone }: Account): boolean {
  return phone?.use === "own" || phone?.use === "shared" || phone?.use === "recycled";
}

function hasEmail({ email }: Account): boolean {
  return email !== undefined && !email.startsWith("none@");
}

function hasOpenid({ keys }: Account): boolean {
  return keys.some((key) => key.kind === "openid");
}

/** Name, gender, birthday, city, province, address, occupation, children, store, associate, channel, phone, mail, WeChat. */
const PROFILE_FIELDS = 14;

function filled({ accounts, mess, person }: TruePerson): number {
  const said = (field: (account: Account) => unknown) => accounts.some((account) => field(account) !== undefined);
  // Clerks fill in the gender of a few CRM records later (joining.ts).
  const completed = mess === undefined && person.index % 17 === 3 && accounts.some(({ system }) => system === "crm");
  return [
    said((account) => account.facts.name),
    completed || said((account) => account.facts.gender),
    // 1900-01-01 stands where nobody wrote anything.
    accounts.some(({ facts }) => facts.birthday !== undefined && facts.birthday !== "1900-01-01"),
    said((account) => account.facts.city),
    said((account) => account.facts.province),
    said((account) => account.facts.address),
    said((account) => account.facts.occupation),
    said((account) => account.facts.children),
    said((account) => account.facts.home_store_code),
    said((account) => account.facts.associate_code),
    said((account) => account.facts.join_channel),
    accounts.some(answers),
    accounts.some(hasEmail),
    accounts.some(hasOpenid),
  ].filter(Boolean).length;
}
