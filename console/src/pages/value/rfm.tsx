import Button from "antd/es/button";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useSession } from "../../api/session.ts";
import { Bar } from "../../parts/bar.tsx";
import { Chip } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count, Fact, Money, Ratio } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonBlock, SkeletonTable } from "../../parts/states.tsx";
import { formatCount, formatDay, formatMoney } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { Behind } from "./behind.tsx";
import { FlowsCard } from "./flows-card.tsx";
import { type Rfm, type RfmCell, useRfm } from "./rfm-data.ts";
import { RfmMaps } from "./rfm-map.tsx";
import { type Thresholds, useRfmFlows } from "./value-data.ts";
import { WhatIfCard } from "./what-if.tsx";
import "./rfm.css";
import "./texts.ts";

/** RFM of the business day: the maps, the nine cells, the definition in numbers, and the members behind each count. */
export function RfmPage() {
  const t = useTexts("value");
  const query = useRfm();
  const rfm = query.data !== undefined && "cells" in query.data ? query.data : undefined;
  return (
    <div className="ht-page">
      <PageHeader
        title={t("title")}
        note={rfm === undefined ? undefined : t("note", { day: formatDay(rfm.business_day), version: rfm.version })}
        tags={rfm === undefined ? undefined : <States rfm={rfm} t={t} />}
      />
      <Loaded query={query} skeleton={<RfmSkeleton />}>
        {(data) => ("cells" in data && data.population > 0 ? <RfmBody rfm={data} t={t} /> : <NoRfm t={t} />)}
      </Loaded>
    </div>
  );
}

/** What a reader must know about the age of these figures. */
function States({ rfm, t }: { rfm: Rfm; t: Translate }) {
  return (
    <>
      {rfm.data_ended ? (
        <Chip tone="info" title={t("data_ended_why")}>
          {t("data_ended")}
        </Chip>
      ) : null}
      {rfm.stale ? (
        <Chip tone="warn" title={t("stale_why")}>
          {t("stale")}
        </Chip>
      ) : null}
    </>
  );
}

function RfmBody({ rfm, t }: { rfm: Rfm; t: Translate }) {
  const [params] = useSearchParams();
  const cell = params.get("cell");
  const place = { level: params.get("level"), f: params.get("f"), m: params.get("m") };
  const [draft, setDraft] = useState<Thresholds>();
  const mayManage = useSession()?.permissions.includes("value.manage") ?? false;
  const { m_hi_minor, f_hi, r1_days, r2_days } = rfm.thresholds;
  const begin = () => setDraft({ m_hi_minor, f_hi, r1_days, r2_days });
  return (
    <>
      <Card
        title={t("map.title", { n: formatCount(rfm.population) })}
        note={t("map.note")}
        extra={mayManage && draft === undefined ? <Button onClick={begin}>{t("what_if.begin")}</Button> : null}
      >
        <RfmMaps
          draft={draft}
          onDraft={setDraft}
          rfm={rfm}
          selected={`${place.level}.${place.f}.${place.m}`}
          linkTo={(level, f, m) => `?level=${level}&f=${f}&m=${m}`}
        />
      </Card>
      {draft === undefined ? null : <WhatIfCard draft={draft} onDraft={setDraft} onClose={() => setDraft(undefined)} />}
      {cell !== null || place.level !== null ? <Behind rfm={rfm} cell={cell} place={place} /> : null}
      <div className="ht-grid">
        <div className="ht-span-8">
          <Cells rfm={rfm} t={t} />
        </div>
        <div className="ht-span-4 ht-stack">
          <Definition rfm={rfm} t={t} />
          <Others rfm={rfm} t={t} />
        </div>
      </div>
      <CellFlows t={t} />
    </>
  );
}

interface CellRow extends RfmCell {
  readonly kind: "cell" | "total";
  readonly name: string;
}

/** Nine rows, then high-value and all, so that shares can be checked by eye. */
function rowsOf(rfm: Rfm, t: Translate): readonly CellRow[] {
  const rows = rfm.cells.map((cell): CellRow => {
    const [letter = "", level = ""] = cell.cell;
    return { ...cell, kind: "cell", name: `${t(`class.${letter}`)} · ${t(`level.${level}`)}` };
  });
  const sum = (name: string, chosen: readonly RfmCell[]): CellRow => ({
    kind: "total",
    cell: name,
    name: "",
    members: chosen.reduce((total, cell) => total + cell.members, 0),
    share: chosen.reduce((total, cell) => total + cell.share, 0),
    net_minor: chosen.reduce((total, cell) => total + cell.net_minor, 0),
  });
  const high = rfm.cells.filter((cell) => !cell.cell.startsWith("C"));
  return [...rows, sum(t("table.high"), high), sum(t("table.total"), rfm.cells)];
}

function Cells({ rfm, t }: { rfm: Rfm; t: Translate }) {
  const rows = rowsOf(rfm, t);
  const net = rfm.cells.reduce((total, cell) => total + cell.net_minor, 0);
  const widest = Math.max(...rfm.cells.map((cell) => cell.share), 0.001);
  const columns: readonly Column<CellRow>[] = [
    { key: "cell", title: t("table.cell"), render: (row) => <strong>{row.cell}</strong> },
    { key: "meaning", title: t("table.meaning"), hide: "phone", render: (row) => row.name },
    {
      key: "members",
      title: t("table.members"),
      numeric: true,
      render: (row) => (
        <Count value={row.members} to={row.kind === "cell" ? `?cell=${row.cell}` : undefined} label={row.cell} />
      ),
    },
    {
      key: "bar",
      title: "",
      hide: "tablet",
      width: "18%",
      render: (row) =>
        row.kind === "cell" ? <Bar part={row.share / widest} label={`${row.cell} ${t("table.share")}`} /> : null,
    },
    { key: "share", title: t("table.share"), numeric: true, render: (row) => <Ratio value={row.share} /> },
    {
      key: "net",
      title: t("table.net"),
      numeric: true,
      hide: "phone",
      render: (row) => <Money minor={row.net_minor} currency={rfm.currency} />,
    },
    {
      key: "net_share",
      title: t("table.net_share"),
      numeric: true,
      render: (row) => <Ratio value={net === 0 ? 0 : row.net_minor / net} />,
    },
    {
      key: "each",
      title: t("table.per_member"),
      numeric: true,
      hide: "tablet",
      render: (row) => (
        <Money minor={row.members === 0 ? null : Math.round(row.net_minor / row.members)} currency={rfm.currency} />
      ),
    },
  ];
  return (
    <Card title={t("table.title")} note={t("table.note")} flush>
      <DataTable label={t("table.label")} columns={columns} rows={rows} rowKey={(row) => row.cell} />
    </Card>
  );
}

function Definition({ rfm, t }: { rfm: Rfm; t: Translate }) {
  const { m_hi_minor: m, f_hi: f, r1_days: r1, r2_days: r2, derived_at: derived } = rfm.thresholds;
  return (
    <Card title={t("definition.title")}>
      <ul className="rf-definition">
        <li>{t("definition.population", { day: formatDay(rfm.business_day) })}</li>
        <li>{t("definition.m", { m: formatMoney(m, rfm.currency) })}</li>
        <li>{t("definition.f", { f })}</li>
        <li>{t("definition.r", { r1, r2 })}</li>
        <li>{t("definition.classes")}</li>
        <li>{t("definition.map")}</li>
      </ul>
      <p className="ht-note">{t("definition.source", { version: rfm.version, day: formatDay(derived) })}</p>
    </Card>
  );
}

function Others({ rfm, t }: { rfm: Rfm; t: Translate }) {
  return (
    <Card title={t("others.title")} note={t("others.text")}>
      <dl className="ht-facts">
        <Fact label={t("others.over_365")}>
          <Count value={rfm.others.over_365} to="?cell=over_365" />
        </Fact>
        <Fact label={t("others.never")}>
          <Count value={rfm.others.never} to="?cell=never" />
        </Fact>
        {rfm.others.refused ? (
          <Fact label={t("others.refused")}>
            <Count value={rfm.others.refused} />
          </Fact>
        ) : null}
        {rfm.others.flagged ? (
          <Fact label={t("others.flagged")}>
            <Count value={rfm.others.flagged} />
          </Fact>
        ) : null}
        {rfm.others.other_currency ? (
          <Fact label={t("others.other_currency")}>
            <Count value={rfm.others.other_currency} />
          </Fact>
        ) : null}
      </dl>
    </Card>
  );
}

function NoRfm({ t }: { t: Translate }) {
  return (
    <Card>
      <EmptyState
        title={t("empty.title")}
        text={t("empty.text")}
        action={
          <Link to="/data/imports">
            <Button type="primary" tabIndex={-1}>
              {t("empty.action")}
            </Button>
          </Link>
        }
      />
    </Card>
  );
}

const STATES = ["A1", "A2", "A3", "B1", "B2", "B3", "C1", "C2", "C3", "over_365", "never", "outside"];

function CellFlows({ t }: { t: Translate }) {
  const query = useRfmFlows();
  const nameOf = (state: string) =>
    state === "outside" ? t("flows.outside") : state.length === 2 ? state : t(`others.${state}`);
  return (
    <Loaded query={query} skeleton={<SkeletonBlock height={440} />}>
      {(view) => (
        <FlowsCard
          view={view}
          order={STATES}
          nameOf={nameOf}
          linkTo={(state) => (state === "outside" ? undefined : `?cell=${state}`)}
          note={t("flows.rfm_note", { version: view.version ?? 0 })}
        />
      )}
    </Loaded>
  );
}

function RfmSkeleton() {
  return (
    <div className="ht-stack">
      <SkeletonBlock height={360} />
      <SkeletonTable rows={9} columns={6} />
    </div>
  );
}
