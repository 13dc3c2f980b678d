import Button from "antd/es/button";
import { lazy, Suspense, useState } from "react";
import { Link } from "react-router";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { DayText } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { formatCount, formatMoney } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { HistoryLines } from "./ledger-wallet.tsx";
import { type MemberPoints, useMemberPoints } from "./member-points-data.ts";
import { worthOf } from "./points-data.ts";
import "./points.css";
import "./texts.ts";

const AdjustDialog = lazy(async () => ({ default: (await import("./member-dialogs.tsx")).AdjustDialog }));
const RedeemDialog = lazy(async () => ({ default: (await import("./member-dialogs.tsx")).RedeemDialog }));
const HISTORY_SHOWN = 5;

/** What a member has, until when, and what it is worth; with the ways to redeem and to give or take by hand. */
export function MemberPointsCard({ memberId }: { memberId: string }) {
  const t = useTexts("points");
  const { data } = useMemberPoints(memberId);
  const explore = useCan("points.read");
  // before there is a programme, points are nothing that a page of a member should speak of
  if (data === undefined || (data.worth === null && data.earned === 0)) return null;
  return (
    <Card title={t("member.title")} extra={<Acts memberId={memberId} data={data} t={t} />}>
      <p className="po-balance">
        <strong>{formatCount(data.active)}</strong> {t("unit.points")}
        {data.worth === null ? null : (
          <span className="ht-note">
            {t("member.worth", { money: formatMoney(worthOf(data.active, data.worth), data.worth.currency) })}
          </span>
        )}
      </p>
      <States data={data} t={t} />
      <h3 className="po-sub">{t("member.history")}</h3>
      <HistoryLines memberId={memberId} rules={data.rules} limit={HISTORY_SHOWN} />
      {explore ? (
        <p className="po-explore">
          <Link to={`/points/ledger?member=${memberId}`}>{t("member.explore")}</Link>
        </p>
      ) : null}
    </Card>
  );
}

function Acts({ memberId, data, t }: { memberId: string; data: MemberPoints; t: Translate }) {
  const redeem = useCan("points.redeem");
  const adjust = useCan("points.adjust");
  const [open, setOpen] = useState<"redeem" | "adjust">();
  const close = () => setOpen(undefined);
  return (
    <>
      {redeem ? (
        <Button
          disabled={data.active === 0}
          title={data.active === 0 ? t("redeem.nothing") : undefined}
          onClick={() => setOpen("redeem")}
        >
          {t("redeem.open")}
        </Button>
      ) : null}
      {adjust ? <Button onClick={() => setOpen("adjust")}>{t("adjust.open")}</Button> : null}
      <Suspense>
        {open === "redeem" ? <RedeemDialog memberId={memberId} data={data} onClose={close} /> : null}
        {open === "adjust" ? <AdjustDialog memberId={memberId} data={data} onClose={close} /> : null}
      </Suspense>
    </>
  );
}

/** What is not simply usable: pending and until when, held, about to expire, owed. */
function States({ data, t }: { data: MemberPoints; t: Translate }) {
  const first = data.lots
    .flatMap(({ pending, active_from }) => (pending > 0 && active_from !== null ? [active_from] : []))
    .toSorted()[0];
  return (
    <ul className="po-states">
      {data.expiring_soon > 0 ? (
        <li>
          <Chip tone="warn">{t("member.soon", { days: data.soon_days, n: formatCount(data.expiring_soon) })}</Chip>
        </li>
      ) : null}
      {data.next_expiry === null ? null : (
        <li className="ht-note">
          {t("member.next_expiry", { n: formatCount(data.next_expiry.points) })}{" "}
          <DayText day={data.next_expiry.last_day} />
        </li>
      )}
      {data.owed > 0 ? (
        <li>
          <Chip tone="bad">{t("member.owes", { n: formatCount(data.owed) })}</Chip>
        </li>
      ) : null}
      {data.pending > 0 ? (
        <li className="ht-note">
          {t("member.pending", { n: formatCount(data.pending) })}
          {first === undefined ? null : (
            <>
              {t("member.pending_from")} <DayText day={first} />
            </>
          )}
        </li>
      ) : null}
      {data.held > 0 ? <li className="ht-note">{t("member.held", { n: formatCount(data.held) })}</li> : null}
    </ul>
  );
}
