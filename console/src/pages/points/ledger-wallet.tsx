import Button from "antd/es/button";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { Choices } from "../../parts/chips.tsx";
import { DayText, Fact, Instant } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { Loaded, SkeletonText } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { useMember } from "../members/member-data.ts";
import { LotBar } from "./lot-bar.tsx";
import { slideWords } from "./lot-moves.tsx";
import { type HistoryLine, type MemberPoints, useMemberHistory, useMemberPoints } from "./member-points-data.ts";
import { readReference } from "./reference-words.ts";
import { useReferenceWords } from "./use-words.ts";

interface WalletProps {
  readonly memberId: string;
  readonly lot: string;
  readonly t: Translate;
}

const HISTORY_ROWS = 20;

/** A member's balance, the lots it is made of, and every movement. */
export function WalletCard({ memberId, lot, t }: WalletProps) {
  const query = useMemberPoints(memberId);
  const member = useMember(memberId).data;
  const [view, setView] = useState<"lots" | "history">("lots");
  return (
    <Card
      title={<Link to={`/members/${memberId}`}>{member?.name_masked ?? t("member_no", { n: memberId })}</Link>}
      note={t("member_no", { n: memberId })}
    >
      <Loaded query={query} skeleton={<SkeletonText lines={6} />} small>
        {(data) => (
          <div className="ht-stack">
            <dl className="ht-facts">
              <Fact label={t("place.active")}>
                <strong>{t("n_points", { n: formatCount(data.active) })}</strong>
              </Fact>
              <Fact label={t("place.pending")}>{formatCount(data.pending)}</Fact>
              <Fact label={t("place.held")}>{formatCount(data.held)}</Fact>
              {data.owed > 0 ? <Fact label={t("member.owed")}>{formatCount(data.owed)}</Fact> : null}
              <Fact label={t("member.earned")}>{formatCount(data.earned)}</Fact>
              <Fact label={t("place.burned")}>{formatCount(data.burned)}</Fact>
              <Fact label={t("place.expired")}>{formatCount(data.expired)}</Fact>
            </dl>
            <Choices
              label={t("ledger.view")}
              value={view}
              onChange={setView}
              items={[
                { key: "lots", label: t("ledger.lots"), count: data.lots.length },
                { key: "history", label: t("ledger.history") },
              ]}
            />
            {view === "lots" ? (
              <Lots data={data} memberId={memberId} lot={lot} t={t} />
            ) : (
              <History data={data} memberId={memberId} t={t} />
            )}
          </div>
        )}
      </Loaded>
    </Card>
  );
}

/** The address that opens something and keeps the member beside it. */
function useOpening(memberId: string) {
  const [params] = useSearchParams();
  return (part: Readonly<Record<string, string>>) => {
    const next = new URLSearchParams({ member: memberId, ...part });
    const q = params.get("q");
    if (q !== null) next.set("q", q);
    return `?${next.toString()}`;
  };
}

function Lots({ data, memberId, lot, t }: WalletProps & { data: MemberPoints }) {
  const words = useReferenceWords(data.rules);
  const opening = useOpening(memberId);
  if (data.lots.length === 0) return <p className="ht-note">{t("ledger.no_lots")}</p>;
  const most = Math.max(...data.lots.map(({ points }) => points));
  return (
    <ol className="po-lots">
      {data.lots.map((one) => (
        <li key={one.lot_id}>
          <Link
            to={opening({ lot: String(one.lot_id) })}
            preventScrollReset
            aria-current={lot === String(one.lot_id) ? "true" : undefined}
          >
            <span className="po-lot-head">
              <span>{words(one.reference)}</span>
              <b>{formatCount(one.pending + one.active + one.held)}</b>
            </span>
            <LotBar lot={one} most={most} t={t} />
            <span className="ht-note">
              {one.pending > 0 && one.active_from !== null ? (
                <>
                  {t("ledger.pending_until")} <DayText day={one.active_from} /> ·{" "}
                </>
              ) : null}
              {one.last_day === null ? (
                t("ledger.endless")
              ) : (
                <>
                  {t("ledger.until")} <DayText day={one.last_day} />
                  {one.slide === null ? null : ` · ${slideWords(one.slide, t)}`}
                </>
              )}
            </span>
          </Link>
        </li>
      ))}
    </ol>
  );
}

function History({ data, memberId, t }: { data: MemberPoints; memberId: string; t: Translate }) {
  const query = useMemberHistory(memberId, HISTORY_ROWS);
  const words = useReferenceWords(data.rules);
  const opening = useOpening(memberId);
  return (
    <Loaded query={query} skeleton={<SkeletonText lines={6} />} small>
      {({ pages }) => (
        <>
          <ol className="po-history">
            {pages
              .flatMap(({ items }) => items)
              .map((line) => (
                <li key={line.transfer_id}>
                  <span>
                    {whatWord(line, t)}{" "}
                    <Link
                      to={opening(line.lot_id === null ? { reference: line.reference } : { lot: String(line.lot_id) })}
                      preventScrollReset
                    >
                      {words(line.reference)}
                    </Link>
                    <small>
                      <Instant at={line.at} />
                    </small>
                  </span>
                  <Moved what={line.what} points={line.points} />
                </li>
              ))}
          </ol>
          {query.hasNextPage ? (
            <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {t("ledger.more")}
            </Button>
          ) : null}
        </>
      )}
    </Loaded>
  );
}

const IN: ReadonlySet<string> = new Set(["earned", "given_back", "received", "released"]);
const OUT: ReadonlySet<string> = new Set(["spent", "expired", "taken_back", "given", "held", "debt"]);

/** What happened, unless the reason says it already: "expired on …", "redeemed for …". */
function whatWord({ what, reference }: HistoryLine, t: Translate): string {
  const { kind } = readReference(reference);
  const said = kind === "active" || kind === "expired" || (kind === "redeem" && what === "spent");
  return said ? "" : t(`what.${what}`);
}

/** Points with the sign they have for the member; what only changes its state has none. */
export function Moved({ what, points }: { what: string; points: number }) {
  const sign = IN.has(what) ? "+" : OUT.has(what) ? "−" : "";
  return <b className={`po-moved${sign === "+" ? " ht-tone-good" : ""}`}>{`${sign}${formatCount(points)}`}</b>;
}

/** The same history on the member page, where no ledger can be opened. */
export function HistoryLines({
  memberId,
  rules,
  limit,
}: {
  memberId: string;
  rules: MemberPoints["rules"];
  limit: number;
}) {
  const t = useTexts("points");
  const words = useReferenceWords(rules);
  const query = useMemberHistory(memberId, limit);
  return (
    <Loaded query={query} skeleton={<SkeletonText lines={3} />} small>
      {({ pages }) => {
        const items = pages.flatMap((page) => page.items);
        if (items.length === 0) return <p className="ht-note">{t("member.no_history")}</p>;
        return (
          <>
            <ol className="po-history">
              {items.map((line) => (
                <li key={line.transfer_id}>
                  <span>
                    {whatWord(line, t)} {words(line.reference)}
                    {line.reason === null ? null : `${t("colon")}${line.reason}`}
                    <small>
                      <Instant at={line.at} />
                    </small>
                  </span>
                  <Moved what={line.what} points={line.points} />
                </li>
              ))}
            </ol>
            {query.hasNextPage ? (
              <Button type="link" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t("ledger.more")}
              </Button>
            ) : null}
          </>
        );
      }}
    </Loaded>
  );
}
