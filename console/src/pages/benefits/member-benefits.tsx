import Button from "antd/es/button";
import { lazy, Suspense, useState } from "react";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { Card } from "../../parts/page-header.tsx";
import { formatDay } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { type Entitlement, useMemberBenefits, useMemberCoupons } from "./benefits-data.ts";
import "./benefits.css";
import "./texts.ts";

const HandOutDialog = lazy(async () => ({ default: (await import("./hand-out-dialog.tsx")).HandOutDialog }));
const COUPONS_SHOWN = 5;

/** What a member has now and until when, coupons beside benefits, and what they may expect next. */
export function MemberBenefitsCard({ memberId }: { memberId: string }) {
  const t = useTexts("benefits");
  const { data } = useMemberBenefits(memberId);
  const coupons = useMemberCoupons(memberId).data?.items.filter(({ state }) => state === "issued") ?? [];
  if (data === undefined) return null;
  const own = data.items.filter(isOwned);
  if (own.length + coupons.length + data.expected.length === 0) return null;
  return (
    <Card title={t("member.title")}>
      {own.length + coupons.length === 0 ? <p className="ht-note">{t("member.none")}</p> : null}
      <ul className="bf-own">
        {own.map((row) => (
          <Owned key={row.entitlement_id} row={row} t={t} />
        ))}
        {coupons.slice(0, COUPONS_SHOWN).map((row) => (
          <li key={`coupon ${row.issued_id}`}>
            <span className="ht-row">
              <strong>{pick(row.name_zh, row.name_en)}</strong>
              <Chip>{t("give.coupon")}</Chip>
            </span>
            <small>{pick(row.zh, row.en)}</small>
            <small>{until(row.last_day, t)}</small>
          </li>
        ))}
      </ul>
      {coupons.length > COUPONS_SHOWN ? (
        <p className="ht-note">{t("member.more_coupons", { n: coupons.length - COUPONS_SHOWN })}</p>
      ) : null}
      {data.expected.length === 0 ? null : (
        <>
          <h3 className="bf-sub">{t("member.expected")}</h3>
          <ul className="bf-own">
            {data.expected.map((row) => (
              <li key={row.benefit}>
                <strong>{pick(row.name_zh, row.name_en)}</strong>
                <small>{t("member.from", { day: formatDay(row.due_day) })}</small>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

/** Granted and waiting, or a right that holds; what was used up or is over is history. */
const isOwned = (row: Entitlement) =>
  row.state === "granted" || (row.state === "fulfilled" && (row.kind === "right" || row.kind === "points_rule"));

const until = (last_day: string | null, t: Translate) =>
  last_day === null ? t("member.no_end") : t("member.until", { day: formatDay(last_day) });

function Owned({ row, t }: { row: Entitlement; t: Translate }) {
  const hand = useCan("benefits.redeem");
  const [open, setOpen] = useState(false);
  return (
    <li>
      <span className="ht-row">
        <strong>{pick(row.name_zh, row.name_en)}</strong>
        <Chip tone={row.state === "granted" ? "warn" : "good"}>
          {t(row.state === "granted" ? "member.waits" : "member.holds")}
        </Chip>
        {hand && row.by_hand && row.state === "granted" ? (
          <Button size="small" onClick={() => setOpen(true)}>
            {t("act.hand_out")}
          </Button>
        ) : null}
      </span>
      <small>{until(row.last_day, t)}</small>
      {open ? (
        <Suspense>
          <HandOutDialog row={row} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </li>
  );
}
