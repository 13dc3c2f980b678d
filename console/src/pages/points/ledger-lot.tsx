import { Link } from "react-router";
import { CopyButton } from "../../parts/copy-text.tsx";
import { DayText, Fact, Instant } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import type { Translate } from "../../texts/texts.ts";
import { LedgerLines } from "./ledger-lines.tsx";
import { LotBar } from "./lot-bar.tsx";
import { LotMoves, slideWords } from "./lot-moves.tsx";
import { type LotWhole, useLot } from "./member-points-data.ts";
import { usePointsOverview } from "./points-data.ts";
import { readReference } from "./reference-words.ts";
import { useReferenceWords } from "./use-words.ts";

/** Long enough to compare by eye, short enough for a line. */
const HASH_SHOWN = 12;

/** One lot: where each of its points is, every movement, and the batch of the chain that made it. */
export function LotCard({ lot, t }: { lot: string; t: Translate }) {
  const query = useLot(lot);
  return (
    <>
      <Card title={t("ledger.lot_no", { n: lot })} note={t("ledger.lot_note")}>
        <Loaded query={query} skeleton={<SkeletonBlock height={140} />} small>
          {({ lot: whole, batch }) => (
            <div className="ht-stack">
              <LotBar lot={whole} most={whole.points} legend t={t} />
              <Facts lot={whole} t={t} />
              {batch === null ? null : (
                <p className="po-chain">
                  {t("ledger.chain", { n: formatCount(batch.batch_id) })} <Instant at={batch.at} seconds /> ·{" "}
                  <code title={batch.hash}>{batch.hash.slice(0, HASH_SHOWN)}…</code>{" "}
                  <CopyButton text={batch.hash} label={t("ledger.copy_hash")} />
                  <span className="ht-note">
                    {t("ledger.before")}{" "}
                    <code title={batch.previous_hash}>{batch.previous_hash.slice(0, HASH_SHOWN)}…</code>
                  </span>
                </p>
              )}
            </div>
          )}
        </Loaded>
      </Card>
      {query.data === undefined ? null : (
        <Card title={t("ledger.movements")} note={t("ledger.movements_note")} flush>
          <LedgerLines lines={query.data.lines} lot={query.data.lot.lot_id} label={t("ledger.movements")} t={t} />
        </Card>
      )}
      {query.data === undefined || query.data.moves.length === 0 ? null : (
        <Card title={t("moves.title")} note={t("moves.note")} flush>
          <LotMoves moves={query.data.moves} t={t} />
        </Card>
      )}
    </>
  );
}

function Facts({ lot, t }: { lot: LotWhole; t: Translate }) {
  const words = useReferenceWords(usePointsOverview().data?.rules);
  const slides = slideWords(lot.slide, t);
  return (
    <dl className="ht-facts">
      <Fact label={t("ledger.owner")}>
        <Link to={`/members/${lot.owner}`}>{t("member_no", { n: lot.owner })}</Link>
      </Fact>
      <Fact label={t("ledger.from")}>
        <Link to={`?${new URLSearchParams({ member: String(lot.owner), reference: lot.reference }).toString()}`}>
          {words(lot.reference)}
        </Link>
      </Fact>
      {readReference(lot.reference).kind === "order" ? (
        <Fact label={t("ledger.order")}>
          <Link to={`/members/${lot.owner}?kinds=trade`}>{t("ledger.to_order")}</Link>
        </Fact>
      ) : null}
      <Fact label={t("ledger.usable")}>
        {lot.active_from === null ? t("ledger.at_once") : <DayText day={lot.active_from} />}
      </Fact>
      <Fact label={t("ledger.last_day")}>
        {lot.last_day === null ? t("ledger.endless") : <DayText day={lot.last_day} />}
        {slides === undefined ? null : <span className="ht-note"> {slides}</span>}
      </Fact>
      {lot.origin_lot_id === null ? null : (
        <Fact label={t("ledger.origin")}>
          <Link to={`?lot=${lot.origin_lot_id}`}>{t("ledger.lot_no", { n: lot.origin_lot_id })}</Link>
        </Fact>
      )}
    </dl>
  );
}
