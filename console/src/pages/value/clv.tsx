import { Link, useSearchParams } from "react-router";
import { Bar } from "../../parts/bar.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count, Ratio } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonBlock, SkeletonTable } from "../../parts/states.tsx";
import { formatCount, formatDay, formatMoney, formatRatio } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { BandsCard } from "./clv-bands.tsx";
import { HoldOutCard, ModelsCard } from "./clv-models.tsx";
import { MembersBehind } from "./members-behind.tsx";
import { type Clv, type Rate, useClv } from "./value-data.ts";
import "./flows.css";
import "./rfm.css";
import "./texts.ts";

/** Lifetime value: the house formula with this brand's numbers, its spread and bands, and the model beside it with both errors. */
export function ClvPage() {
  const t = useTexts("value");
  const query = useClv();
  const clv = query.data?.state === "ready" ? query.data : undefined;
  return (
    <div className="ht-page">
      <PageHeader
        title={t("clv.title")}
        note={clv === undefined ? undefined : t("clv.note", { day: formatDay(clv.business_day), version: clv.version })}
      />
      <Loaded query={query} skeleton={<Skeleton />}>
        {(data) =>
          data.state === "ready" ? (
            <Body clv={data} t={t} />
          ) : (
            <Card>
              <EmptyState
                title={t("clv.empty")}
                text={t("empty.text")}
                action={<Link to="/data/imports">{t("empty.action")}</Link>}
              />
            </Card>
          )
        }
      </Loaded>
    </div>
  );
}

function Skeleton() {
  return (
    <div className="ht-stack">
      <SkeletonTable rows={3} columns={6} />
      <SkeletonBlock height={320} />
    </div>
  );
}

function Body({ clv, t }: { clv: Clv; t: Translate }) {
  const [params] = useSearchParams();
  const pickOf = (name: string) => params.get(name) ?? undefined;
  const query = {
    band: pickOf("band"),
    cell: pickOf("cell"),
    from_minor: pickOf("from_minor"),
    to_minor: pickOf("to_minor"),
  };
  const chosen = Object.values(query).some((value) => value !== undefined);
  return (
    <>
      <BandsCard clv={clv} />
      {chosen ? <MembersBehind title={titleOf(clv, query, t)} path="/api/clv/members" query={query} /> : null}
      <div className="ht-grid">
        <div className="ht-span-6">
          <Distribution clv={clv} t={t} />
        </div>
        <div className="ht-span-6">
          <Formula clv={clv} t={t} />
        </div>
      </div>
      <HoldOutCard clv={clv} />
      <ModelsCard clv={clv} />
    </>
  );
}

function titleOf(clv: Clv, query: Readonly<Record<string, string | undefined>>, t: Translate): string {
  if (query["band"] !== undefined) return t(`clv.band_${query["band"]}`);
  if (query["cell"] !== undefined) return t("clv.cell", { cell: query["cell"] });
  return rangeText(
    Number(query["from_minor"] ?? 0),
    query["to_minor"] === undefined ? null : Number(query["to_minor"]),
    clv,
    t,
  );
}

const yuan = (minor: number, currency: string) => formatMoney(minor, currency).replace(/\.00$/, "");

function rangeText(from: number, to: number | null, clv: Clv, t: Translate): string {
  if (to === null) return t("map.or_more", { v: yuan(from, clv.currency) });
  if (from === 0) return t("clv.below", { v: yuan(to, clv.currency) });
  return t("map.range", { from: yuan(from, clv.currency), to: yuan(to, clv.currency) });
}

function Distribution({ clv, t }: { clv: Clv; t: Translate }) {
  const most = Math.max(1, ...clv.distribution.map((bucket) => bucket.members));
  type Row = Clv["distribution"][number];
  const linkOf = ({ from_minor, to_minor }: Row) => {
    const from = from_minor === 0 ? "" : `from_minor=${from_minor}`;
    const to = to_minor === null ? "" : `to_minor=${to_minor}`;
    return `?${[from, to].filter(Boolean).join("&")}`;
  };
  const columns: readonly Column<Row>[] = [
    { key: "range", title: t("clv.value"), render: (row) => rangeText(row.from_minor, row.to_minor, clv, t) },
    {
      key: "bar",
      title: "",
      width: "45%",
      render: (row) => <Bar part={row.members / most} label={rangeText(row.from_minor, row.to_minor, clv, t)} />,
    },
    {
      key: "members",
      title: t("table.members"),
      numeric: true,
      render: (row) => (
        <Count value={row.members} to={linkOf(row)} label={rangeText(row.from_minor, row.to_minor, clv, t)} />
      ),
    },
  ];
  return (
    <Card title={t("clv.distribution")} note={t("clv.distribution_note")} flush>
      <DataTable
        label={t("clv.distribution")}
        columns={columns}
        rows={clv.distribution}
        rowKey={(row) => row.from_minor}
      />
    </Card>
  );
}

function Formula({ clv, t }: { clv: Clv; t: Translate }) {
  const { parameters } = clv;
  const columns: readonly Column<Rate>[] = [
    { key: "cell", title: t("table.cell"), render: (row) => <Link to={`?cell=${row.cell}`}>{row.cell}</Link> },
    {
      key: "rate",
      title: t("clv.rate"),
      numeric: true,
      render: (row) => <Ratio value={row.members === 0 ? null : row.bought / row.members} />,
    },
    { key: "years", title: t("clv.years"), numeric: true, render: (row) => row.years },
    {
      key: "of",
      title: t("clv.rate_of"),
      numeric: true,
      hide: "phone",
      render: (row) => `${formatCount(row.bought)} / ${formatCount(row.members)}`,
    },
    {
      key: "source",
      title: t("clv.source"),
      render: (row) => <span className={row.source === "cell" ? "" : "ht-note"}>{t(`clv.source_${row.source}`)}</span>,
    },
  ];
  return (
    <Card title={t("clv.formula_title")}>
      <p className="vl-formula">Σ P · T · R · (1 + G)ⁿ</p>
      <ul className="rf-definition">
        <li>{t("clv.p")}</li>
        <li>{t("clv.t")}</li>
        <li>{t("clv.r")}</li>
        <li>{t("clv.g", { g: formatRatio(parameters.growth) })}</li>
        <li>{t("clv.n")}</li>
        {parameters.is_short ? <li>{t("clv.short", { days: formatCount(parameters.totals.history_days) })}</li> : null}
      </ul>
      <DataTable label={t("clv.rates")} columns={columns} rows={parameters.rates} rowKey={(row) => row.cell} />
    </Card>
  );
}
