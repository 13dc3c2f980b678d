/** A page in the navigation; `texts` key under `nav`. Groups of domains that do not exist yet are not listed. */
export interface NavItem {
  readonly key: string;
  readonly path: string;
  readonly permission: string | null;
  /** Each of these opens it too: it shows what the person may. */
  readonly or?: readonly string[];
  /** About one's own account: closed at a store's tablet. */
  readonly own?: true;
}

export interface NavGroup {
  readonly key: string | null;
  readonly items: readonly NavItem[];
}

export const NAVIGATION: readonly NavGroup[] = [
  { key: null, items: [{ key: "home", path: "/", permission: null }] },
  {
    key: "members_group",
    items: [
      { key: "members", path: "/members", permission: "members.read" },
      { key: "segments", path: "/segments", permission: "segments.read" },
      { key: "tags", path: "/tags", permission: "tags.read" },
      { key: "rfm", path: "/rfm", permission: "value.read" },
      { key: "clv", path: "/clv", permission: "value.read" },
      { key: "lifecycle", path: "/lifecycle", permission: "value.read" },
      { key: "tiers", path: "/tiers", permission: "tiers.read" },
    ],
  },
  {
    key: "loyalty_group",
    items: [
      { key: "points", path: "/points", permission: "points.read" },
      { key: "points_ledger", path: "/points/ledger", permission: "points.read" },
      { key: "points_liability", path: "/points/liability", permission: "points.read" },
      { key: "points_grants", path: "/points/grants", permission: "points.read" },
      { key: "points_offline", path: "/points/offline", permission: "points.read" },
      { key: "opening", path: "/opening", permission: "points.open", or: ["tiers.open", "benefits.open"] },
      { key: "benefits", path: "/benefits", permission: "benefits.read" },
      { key: "fulfilment", path: "/benefits/fulfilment", permission: "benefits.read" },
      { key: "coupons", path: "/coupons", permission: "benefits.read" },
      { key: "exchange", path: "/till/exchange", permission: "benefits.redeem" },
      { key: "rewards", path: "/rewards", permission: "benefits.read" },
      { key: "reward_orders", path: "/rewards/orders", permission: "benefits.read" },
    ],
  },
  {
    key: "automation_group",
    items: [
      { key: "journeys", path: "/journeys", permission: "journeys.read" },
      { key: "experiments", path: "/experiments", permission: "journeys.read" },
      { key: "tasks", path: "/tasks", permission: "tasks.read" },
      { key: "templates", path: "/templates", permission: "channels.read" },
      { key: "messages", path: "/messages", permission: "channels.read" },
      { key: "replies", path: "/replies", permission: "channels.read" },
      { key: "channels", path: "/channels", permission: "channels.read" },
      { key: "robots", path: "/robots", permission: "robots.read" },
    ],
  },
  {
    key: "measures_group",
    items: [
      { key: "metrics", path: "/metrics", permission: "metrics.read" },
      { key: "stores", path: "/metrics/stores", permission: "metrics.read" },
    ],
  },
  {
    key: "data_group",
    items: [
      { key: "sources", path: "/data/sources", permission: "data.read" },
      { key: "imports", path: "/data/imports", permission: "data.read" },
      { key: "pulls", path: "/data/pulls", permission: "data.read" },
      { key: "rejects", path: "/data/rejects", permission: "data.read" },
      { key: "identities", path: "/data/identities", permission: "members.read" },
      { key: "engines", path: "/data/engines", permission: "data.read" },
      { key: "webhooks", path: "/data/webhooks", permission: "channels.read" },
      { key: "jobs", path: "/data/jobs", permission: "jobs.read" },
    ],
  },
  {
    key: "trust_group",
    items: [
      { key: "approvals", path: "/trust/approvals", permission: null, own: true },
      { key: "people", path: "/trust/people", permission: "people.manage" },
      { key: "access_reviews", path: "/trust/reviews", permission: "people.manage" },
      { key: "tablets", path: "/trust/tablets", permission: "people.tablets" },
      { key: "clients", path: "/trust/clients", permission: "people.manage" },
      { key: "matrix", path: "/trust/matrix", permission: "matrix.read" },
      { key: "audit", path: "/trust/audit", permission: "audit.read" },
      { key: "privacy", path: "/trust/privacy", permission: "privacy.read" },
      { key: "risks", path: "/trust/risks", permission: "trust.read" },
      { key: "alerts", path: "/trust/alerts", permission: "trust.read" },
      { key: "keys", path: "/trust/keys", permission: "keys.read" },
      { key: "backups", path: "/trust/backups", permission: "keys.read" },
      { key: "assessment", path: "/trust/assessment", permission: "trust.read" },
    ],
  },
];

/** The groups a person may use, without empty ones. */
export function navigationFor(permissions: readonly string[], at_tablet = false): readonly NavGroup[] {
  return NAVIGATION.map((group) => ({
    ...group,
    items: group.items.filter(
      (item) =>
        (item.permission === null || [item.permission, ...(item.or ?? [])].some((one) => permissions.includes(one))) &&
        !(at_tablet && item.own === true),
    ),
  })).filter((group) => group.items.length > 0);
}
