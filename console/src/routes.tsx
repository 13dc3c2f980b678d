import { type ComponentType, type LazyExoticComponent, lazy } from "react";

/** One page: its path, the permission it needs, and the module that draws it (a chunk of its own). */
export interface Route {
  readonly path: string;
  readonly permission: string | null;
  readonly page: LazyExoticComponent<ComponentType>;
  /** Fetches the chunk before it is needed (hover, idle). */
  readonly preload: () => Promise<unknown>;
}

type Load = () => Promise<ComponentType>;

function route(path: string, permission: string | null, load: Load): Route {
  let wanted: Promise<{ default: ComponentType }> | undefined;
  const once = () => {
    wanted ??= load().then((page) => ({ default: page }));
    return wanted;
  };
  return { path, permission, page: lazy(once), preload: once };
}

/** Every page behind the log-in, most specific paths first where two could match. */
export const ROUTES: readonly Route[] = [
  route("/", null, () => import("./pages/today/today.tsx").then((page) => page.TodayPage)),
  route("/members", "members.read", () => import("./pages/members/members.tsx").then((page) => page.MembersPage)),
  route("/members/:memberId", "members.read", () =>
    import("./pages/members/member.tsx").then((page) => page.MemberPage),
  ),
  route("/segments", "segments.read", () => import("./pages/segments/segments.tsx").then((page) => page.SegmentsPage)),
  route("/segments/overlap", "segments.read", () =>
    import("./pages/segments/overlap.tsx").then((page) => page.OverlapPage),
  ),
  route("/segments/:segmentId", "segments.read", () =>
    import("./pages/segments/segment.tsx").then((page) => page.SegmentPage),
  ),
  route("/tags", "tags.read", () => import("./pages/tags/tags.tsx").then((page) => page.TagsPage)),
  route("/tags/new", "tags.manage", () => import("./pages/tags/tag-edit.tsx").then((page) => page.TagEditPage)),
  route("/tags/reviews", "tags.read", () => import("./pages/tags/reviews.tsx").then((page) => page.ReviewsPage)),
  route("/tags/reviews/:reviewId", "tags.review", () =>
    import("./pages/tags/review.tsx").then((page) => page.ReviewPage),
  ),
  route("/tags/:tagKey/edit", "tags.manage", () =>
    import("./pages/tags/tag-edit.tsx").then((page) => page.TagEditPage),
  ),
  route("/tags/:tagKey", "tags.read", () => import("./pages/tags/tag.tsx").then((page) => page.TagPage)),
  route("/rfm", "value.read", () => import("./pages/value/rfm.tsx").then((page) => page.RfmPage)),
  route("/tiers", "tiers.read", () => import("./pages/tiers/tiers.tsx").then((page) => page.TiersPage)),
  route("/tiers/activity", "tiers.read", () => import("./pages/tiers/activity.tsx").then((page) => page.ActivityPage)),
  route("/tiers/:ladder/edit", "tiers.read", () =>
    import("./pages/tiers/ladder-edit.tsx").then((page) => page.LadderEditPage),
  ),
  route("/points", "points.read", () => import("./pages/points/rules.tsx").then((page) => page.PointsPage)),
  route("/points/ledger", "points.read", () => import("./pages/points/ledger.tsx").then((page) => page.LedgerPage)),
  route("/points/liability", "points.read", () =>
    import("./pages/points/liability.tsx").then((page) => page.LiabilityPage),
  ),
  route("/points/grants", "points.read", () => import("./pages/grants/grants.tsx").then((page) => page.GrantsPage)),
  route("/opening", null, () => import("./pages/opening/openings.tsx").then((page) => page.OpeningsPage)),
  route("/opening/:kind", null, () => import("./pages/opening/openings.tsx").then((page) => page.OpeningsPage)),
  route("/opening/:kind/:openingId", null, () =>
    import("./pages/opening/opening.tsx").then((page) => page.OpeningPage),
  ),
  route("/points/offline", "points.read", () => import("./pages/offline/offline.tsx").then((page) => page.OfflinePage)),
  route("/points/:programme/edit", "points.read", () =>
    import("./pages/points/programme-edit.tsx").then((page) => page.ProgrammeEditPage),
  ),
  route("/journeys", "journeys.read", () => import("./pages/journeys/journeys.tsx").then((page) => page.JourneysPage)),
  route("/journeys/from-scene", "journeys.manage", () =>
    import("./pages/journeys/new-journey.tsx").then((page) => page.NewJourneyPage),
  ),
  route("/journeys/:journey", "journeys.read", () =>
    import("./pages/journeys/journey.tsx").then((page) => page.JourneyPage),
  ),
  route("/tasks", "tasks.read", () => import("./pages/tasks/tasks.tsx").then((page) => page.TasksPage)),
  route("/robots", "robots.read", () => import("./pages/robots/robots.tsx").then((page) => page.RobotsPage)),
  route("/robots/:robot_id", "robots.read", () => import("./pages/robots/robot.tsx").then((page) => page.RobotPage)),
  route("/templates", "channels.read", () =>
    import("./pages/messages/templates.tsx").then((page) => page.TemplatesPage),
  ),
  route("/templates/new", "channels.manage", () =>
    import("./pages/messages/template-edit.tsx").then((page) => page.TemplateEditPage),
  ),
  route("/templates/:template/edit", "channels.manage", () =>
    import("./pages/messages/template-edit.tsx").then((page) => page.TemplateEditPage),
  ),
  route("/templates/:template", "channels.read", () =>
    import("./pages/messages/template.tsx").then((page) => page.TemplatePage),
  ),
  route("/messages", "channels.read", () => import("./pages/messages/log.tsx").then((page) => page.LogPage)),
  route("/experiments", "journeys.read", () =>
    import("./pages/journeys/experiments.tsx").then((page) => page.ExperimentsPage),
  ),
  route("/replies", "channels.read", () => import("./pages/messages/replies.tsx").then((page) => page.RepliesPage)),
  route("/channels", "channels.read", () => import("./pages/messages/channels.tsx").then((page) => page.ChannelsPage)),
  route("/coupons", "benefits.read", () => import("./pages/coupons/coupons.tsx").then((page) => page.CouponsPage)),
  route("/coupons/new", "benefits.manage", () =>
    import("./pages/coupons/coupon-edit.tsx").then((page) => page.CouponEditPage),
  ),
  route("/coupons/batches/:batchId", "benefits.read", () =>
    import("./pages/coupons/batch.tsx").then((page) => page.BatchPage),
  ),
  route("/coupons/:coupon/edit", "benefits.manage", () =>
    import("./pages/coupons/coupon-edit.tsx").then((page) => page.CouponEditPage),
  ),
  route("/coupons/:coupon", "benefits.read", () =>
    import("./pages/coupons/coupon.tsx").then((page) => page.CouponPage),
  ),
  route("/benefits", "benefits.read", () => import("./pages/benefits/benefits.tsx").then((page) => page.BenefitsPage)),
  route("/benefits/new", "benefits.manage", () =>
    import("./pages/benefits/benefit-edit.tsx").then((page) => page.BenefitEditPage),
  ),
  route("/benefits/fulfilment", "benefits.read", () =>
    import("./pages/benefits/fulfilment.tsx").then((page) => page.FulfilmentPage),
  ),
  route("/benefits/:benefit/edit", "benefits.manage", () =>
    import("./pages/benefits/benefit-edit.tsx").then((page) => page.BenefitEditPage),
  ),
  route("/benefits/:benefit", "benefits.read", () =>
    import("./pages/benefits/benefit.tsx").then((page) => page.BenefitPage),
  ),
  route("/till/exchange", "benefits.redeem", () =>
    import("./pages/till/exchange.tsx").then((page) => page.ExchangePage),
  ),
  route("/rewards", "benefits.read", () => import("./pages/rewards/rewards.tsx").then((page) => page.RewardsPage)),
  route("/rewards/new", "benefits.manage", () =>
    import("./pages/rewards/reward-edit.tsx").then((page) => page.RewardEditPage),
  ),
  route("/rewards/orders", "benefits.read", () =>
    import("./pages/rewards/orders.tsx").then((page) => page.RewardOrdersPage),
  ),
  route("/rewards/:reward/edit", "benefits.manage", () =>
    import("./pages/rewards/reward-edit.tsx").then((page) => page.RewardEditPage),
  ),
  route("/rewards/:reward", "benefits.read", () =>
    import("./pages/rewards/reward.tsx").then((page) => page.RewardPage),
  ),
  route("/clv", "value.read", () => import("./pages/value/clv.tsx").then((page) => page.ClvPage)),
  route("/lifecycle", "value.read", () => import("./pages/value/lifecycle.tsx").then((page) => page.LifecyclePage)),
  route("/metrics", "metrics.read", () => import("./pages/metrics/metrics.tsx").then((page) => page.MetricsPage)),
  route("/metrics/stores", "metrics.read", () => import("./pages/metrics/stores.tsx").then((page) => page.StoresPage)),
  route("/metrics/:metric", "metrics.read", () => import("./pages/metrics/metric.tsx").then((page) => page.MetricPage)),
  route("/data/sources", "data.read", () => import("./pages/sources/sources.tsx").then((page) => page.SourcesPage)),
  route("/data/sources/:sourceId", "data.read", () =>
    import("./pages/sources/source.tsx").then((page) => page.SourcePage),
  ),
  route("/data/connect", "data.read", () => import("./pages/sources/connect.tsx").then((page) => page.ConnectPage)),
  route("/data/imports", "data.read", () => import("./pages/imports/imports.tsx").then((page) => page.ImportsPage)),
  route("/data/imports/:importId", "data.read", () =>
    import("./pages/imports/import.tsx").then((page) => page.ImportPage),
  ),
  route("/data/pulls", "data.read", () => import("./pages/pulls/pulls.tsx").then((page) => page.PullsPage)),
  route("/data/rejects", "data.read", () => import("./pages/rejects/rejects.tsx").then((page) => page.RejectsPage)),
  route("/data/identities", "members.read", () =>
    import("./pages/identities/identities.tsx").then((page) => page.IdentitiesPage),
  ),
  route("/data/engines", "data.read", () => import("./pages/engines/engines.tsx").then((page) => page.EnginesPage)),
  route("/data/webhooks", "channels.read", () =>
    import("./pages/webhooks/webhooks.tsx").then((page) => page.WebhooksPage),
  ),
  route("/data/jobs", "jobs.read", () => import("./pages/jobs/jobs.tsx").then((page) => page.JobsPage)),
  route("/me/security", null, () => import("./pages/security/security.tsx").then((page) => page.SecurityPage)),
  route("/trust/approvals", null, () => import("./pages/approvals/approvals.tsx").then((page) => page.ApprovalsPage)),
  route("/trust/people", "people.manage", () => import("./pages/people/people.tsx").then((page) => page.PeoplePage)),
  route("/trust/reviews", "people.manage", () =>
    import("./pages/access-reviews/reviews.tsx").then((page) => page.AccessReviewsPage),
  ),
  route("/trust/reviews/:reviewId", "people.manage", () =>
    import("./pages/access-reviews/review.tsx").then((page) => page.AccessReviewPage),
  ),
  route("/trust/keys", "keys.read", () => import("./pages/keys/keys.tsx").then((page) => page.KeysPage)),
  route("/trust/backups", "keys.read", () => import("./pages/keys/backups.tsx").then((page) => page.BackupsPage)),
  route("/trust/tablets", "people.tablets", () =>
    import("./pages/tablets/tablets.tsx").then((page) => page.TabletsPage),
  ),
  route("/trust/clients", "people.manage", () =>
    import("./pages/clients/clients.tsx").then((page) => page.ClientsPage),
  ),
  route("/trust/matrix", "matrix.read", () => import("./pages/matrix/matrix.tsx").then((page) => page.MatrixPage)),
  route("/trust/privacy", "privacy.read", () =>
    import("./pages/trust-privacy/queue.tsx").then((page) => page.PrivacyPage),
  ),
  route("/trust/privacy/requests/:requestId", "privacy.read", () =>
    import("./pages/trust-privacy/request.tsx").then((page) => page.PrivacyRequestPage),
  ),
  route("/trust/privacy/activities/:activity", "privacy.read", () =>
    import("./pages/trust-privacy/activity.tsx").then((page) => page.ActivityPage),
  ),
  route("/trust/privacy/texts/:purpose/:language", "privacy.read", () =>
    import("./pages/trust-privacy/consent-text.tsx").then((page) => page.ConsentTextPage),
  ),
  route("/trust/risks", "trust.read", () => import("./pages/trust-risks/risks.tsx").then((page) => page.RisksPage)),
  route("/trust/incidents/:incidentId", "trust.read", () =>
    import("./pages/trust-incident/incident.tsx").then((page) => page.IncidentPage),
  ),
  route("/trust/assessment", "trust.read", () =>
    import("./pages/trust-assessment/assessment.tsx").then((page) => page.AssessmentPage),
  ),
  route("/trust/alerts", "trust.read", () => import("./pages/trust-alerts/alerts.tsx").then((page) => page.AlertsPage)),
  route("/trust/audit", "audit.read", () => import("./pages/audit/audit.tsx").then((page) => page.AuditPage)),
];

/** The route whose first page a link opens, for preloading: "/members/17" → "/members/:memberId". */
export function routeOf(pathname: string): Route | undefined {
  const parts = pathname.split("/");
  return ROUTES.find((one) => {
    const pattern = one.path.split("/");
    return pattern.length === parts.length && pattern.every((part, at) => part.startsWith(":") || part === parts[at]);
  });
}
