import { Link, useParams } from "react-router";
import { ApiProblem } from "../../api/client.ts";
import { useAddress } from "../../parts/address.ts";
import { Choices } from "../../parts/chips.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, ErrorState, SkeletonBlock, SkeletonText } from "../../parts/states.tsx";
import { useTexts } from "../../texts/texts.ts";
import { useMemberLive } from "./live.ts";
import { type Member, useMember, useMemberTags } from "./member-data.ts";
import { MemberHeader } from "./member-header.tsx";
import { MemberTags } from "./member-tags.tsx";
import { MemberBenefitsCard } from "../benefits/member-benefits.tsx";
import { MemberPointsCard } from "../points/member-points.tsx";
import { MemberSubscriptionsCard } from "../messages/subscription-stock.tsx";
import { MemberTierCard } from "../tiers/member-tier.tsx";
import { RightsPanel } from "../trust-privacy/rights-panel.tsx";
import { Profile } from "./profile.tsx";
import { Timeline } from "./timeline.tsx";
import "./member.css";
import "./members.css";
import "./texts.ts";

const TABS = ["timeline", "profile", "tags"] as const;
type Tab = (typeof TABS)[number];

/** Everything of one member on one page. Wide screens show three columns, narrow ones one at a time. */
export function MemberPage() {
  const { memberId = "" } = useParams();
  const t = useTexts("members");
  const member = useMember(memberId);
  if (member.data === undefined && member.error) {
    const gone = member.error instanceof ApiProblem && member.error.status === 404;
    return gone ? <Gone /> : <ErrorState error={member.error} retry={() => void member.refetch()} />;
  }
  return (
    <div className="ht-page">
      <Link className="ht-back" to="/members">
        <span aria-hidden="true">←</span> {t("one.back")}
      </Link>
      <MemberBody key={memberId} memberId={memberId} member={member.data} />
    </div>
  );
}

function MemberBody({ memberId, member }: { memberId: string; member: Member | undefined }) {
  const t = useTexts("members");
  const { params, set } = useAddress();
  const groups = params.get("kinds") ?? "";
  const live = useMemberLive(memberId, groups);
  const tags = useMemberTags(memberId);
  const asked = params.get("tab") as Tab | null;
  const tab = asked !== null && TABS.includes(asked) ? asked : "timeline";
  return (
    <>
      {member === undefined ? (
        <HeaderSkeleton label={t("one.section")} />
      ) : (
        <MemberHeader member={member} tags={tags.data?.items} />
      )}
      <div className="mp-tabs">
        <Choices
          label={t("one.section")}
          value={tab}
          items={TABS.map((key) => ({ key, label: t(`one.tab_${key}`) }))}
          onChange={(key) => set({ tab: key === "timeline" ? "" : key })}
        />
      </div>
      <div className="mp-columns" data-tab={tab}>
        <div className="mp-profile">
          <MemberTierCard memberId={memberId} />
          <MemberPointsCard memberId={memberId} />
          <MemberBenefitsCard memberId={memberId} />
          <MemberSubscriptionsCard memberId={memberId} />
          {member === undefined ? null : <RightsPanel member={member} memberId={memberId} />}
          {member === undefined ? <ProfileSkeleton /> : <Profile member={member} memberId={memberId} />}
        </div>
        <div className="mp-timeline">
          <Timeline memberId={memberId} groups={groups} onGroups={(next) => set({ kinds: next })} live={live} />
        </div>
        <div className="mp-tags">
          <MemberTags query={tags} />
        </div>
      </div>
    </>
  );
}

function HeaderSkeleton({ label }: { label: string }) {
  return (
    <div className="ht-card mh" role="status" aria-busy="true" aria-label={label}>
      <SkeletonBlock height={72} />
    </div>
  );
}

function ProfileSkeleton() {
  return (
    <Card>
      <SkeletonText lines={5} />
    </Card>
  );
}

function Gone() {
  const t = useTexts("members");
  return (
    <EmptyState
      title={t("one.gone_title")}
      text={t("one.gone_text")}
      action={
        <Link className="mb-button" to="/members">
          {t("one.to_list")}
        </Link>
      }
    />
  );
}
