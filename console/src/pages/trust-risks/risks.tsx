import { BellOutlined } from "@ant-design/icons";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { RelativeTime } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { Loaded, SkeletonBlock, SkeletonTable } from "../../parts/states.tsx";
import { addTexts, useTexts } from "../../texts/texts.ts";
import en from "./en.json";
import { IncidentsCard } from "./incidents-card.tsx";
import { IndicatorsTable } from "./indicators-table.tsx";
import { RiskDialog } from "./risk-dialog.tsx";
import { type Place, RiskMatrix, RiskTable } from "./risk-matrix.tsx";
import "./risks.css";
import { type Risk, useIndicators, useRisks } from "./trust-data.ts";
import zh from "./zh.json";

addTexts("trust-risks", { zh, en });

/** Matrix and register side by side; a cell shows the risks that stand in it. */
function Register({ risks }: { risks: readonly Risk[] }) {
  const t = useTexts("trust-risks");
  const [place, setPlace] = useState<Place | null>(null);
  const [params, setParams] = useSearchParams();
  const shown = risks.filter(
    ({ current }) => place === null || (current.likelihood === place.likelihood && current.impact === place.impact),
  );
  const opened = risks.find(({ key }) => key === params.get("risk"));
  const open = (key: string | null) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (key === null) next.delete("risk");
        else next.set("risk", key);
        return next;
      },
      { replace: true },
    );
  return (
    <Card
      title={t("register")}
      note={t("register_note", { n: risks.length })}
      extra={
        place === null ? undefined : (
          <button type="button" className="ht-link-button" onClick={() => setPlace(null)}>
            {t("all_cells")}
          </button>
        )
      }
    >
      <div className="tr-register">
        <RiskMatrix risks={risks} place={place} onPlace={setPlace} />
        <RiskTable risks={shown} onOpen={open} />
      </div>
      {opened === undefined ? null : <RiskDialog key={opened.key} risk={opened} onClose={() => open(null)} />}
    </Card>
  );
}

export function RisksPage() {
  const t = useTexts("trust-risks");
  const risks = useRisks();
  const indicators = useIndicators();
  const watched = indicators.data;
  return (
    <div className="ht-page">
      <PageHeader
        title={t("title")}
        note={
          watched === undefined ? undefined : (
            <>
              {t("watching", { n: watched.items.filter(({ enabled }) => enabled).length })}{" "}
              <RelativeTime at={watched.watched_at} real />
            </>
          )
        }
        actions={
          <Link className="ht-button" to="/trust/alerts">
            <BellOutlined aria-hidden="true" /> {t("alerts")}
          </Link>
        }
      />
      <IncidentsCard />
      <Loaded query={risks} skeleton={<SkeletonBlock height={320} />}>
        {({ items }) => <Register risks={items} />}
      </Loaded>
      <Card title={t("indicators")} note={t("indicators_note")} flush id="indicators">
        <Loaded query={indicators} skeleton={<SkeletonTable columns={5} rows={10} />}>
          {(data) => <IndicatorsTable watched={data} />}
        </Loaded>
      </Card>
    </div>
  );
}
