import Button from "antd/es/button";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count, Fact, Instant, Money } from "../../parts/figures.tsx";
import { DraftCard, type HoldingDays } from "../../parts/draft-card.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { ReasonDialog } from "../../parts/reason-dialog.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatDay } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { Days, StateChip } from "./benefits.tsx";
import { type BenefitData, type Head, sumOf, useBenefit, useBenefitAct, type Version } from "./benefits-data.ts";
import { KeptBar } from "./kept-bar.tsx";
import "./benefits.css";
import "./texts.ts";

/** One benefit: its promise and its terms, the draft beside it, how it was kept month by month, its versions. */
export function BenefitPage() {
  const t = useTexts("benefits");
  const { benefit = "" } = useParams();
  const query = useBenefit(benefit);
  const { data } = query;
  return (
    <div className="ht-page">
      <PageHeader
        title={data === undefined ? benefit : pick(data.head.name_zh, data.head.name_en)}
        note={data === undefined ? undefined : pick(data.head.sentence_zh, data.head.sentence_en)}
        back={{ to: "/benefits", label: t("title") }}
        tags={data === undefined ? undefined : <StateChip head={data.head} t={t} />}
        actions={data === undefined ? undefined : <Acts head={data.head} t={t} />}
      />
      <Loaded query={query} skeleton={<SkeletonTable />}>
        {(found) => (
          <>
            <Draft data={found} t={t} />
            <Terms head={found.head} t={t} />
            <Months data={found} t={t} />
            <Versions versions={found.versions} t={t} />
          </>
        )}
      </Loaded>
    </div>
  );
}

function Acts({ head, t }: { head: Head; t: Translate }) {
  const manage = useCan("benefits.manage");
  const [open, setOpen] = useState(false);
  const withdraw = useBenefitAct((reason: string) => api.post(`/api/benefits/${head.benefit}/withdraw`, { reason }), {
    done: t("done.withdrawn"),
    onDone: () => setOpen(false),
  });
  if (!manage) return null;
  return (
    <>
      {head.state === "in_force" || head.state === "scheduled" ? (
        <Button onClick={() => setOpen(true)}>{t("act.withdraw")}</Button>
      ) : null}
      <Link to={`/benefits/${head.benefit}/edit`}>
        <Button tabIndex={-1}>{t("act.edit")}</Button>
      </Link>
      {open ? (
        <ReasonDialog
          title={t("act.withdraw")}
          text={t("sure.withdraw")}
          act={t("act.withdraw")}
          danger
          busy={withdraw.isPending}
          error={withdraw.error}
          onClose={() => setOpen(false)}
          onAct={(reason) => withdraw.mutate(reason)}
        />
      ) : null}
    </>
  );
}

function Draft({ data, t }: { data: BenefitData; t: Translate }) {
  const manage = useCan("benefits.manage");
  const draft = data.versions.find((one) => one.published_at === null);
  if (draft === undefined) return null;
  return (
    <DraftCard
      title={t("draft.title", { n: draft.version })}
      note={pick(draft.terms_zh, draft.terms_en)}
      problems={data.problems}
      mayPublish={manage}
      usePublish={(onDone) =>
        useBenefitAct((days: HoldingDays) => api.post(`/api/benefits/${data.head.benefit}/publish`, days), {
          done: t("done.published"),
          onDone,
        })
      }
      t={t}
    />
  );
}

function Terms({ head, t }: { head: Head; t: Translate }) {
  return (
    <Card title={t("terms.title")} note={pick(head.terms_zh, head.terms_en)}>
      <dl className="bf-facts">
        <Fact label={t("column.days")}>
          <Days first={head.first_day} last={head.last_day} t={t} />
        </Fact>
        <Fact label={t("terms.gives")}>{t(`give.${head.definition.give.kind}`)}</Fact>
        <Fact label={t("column.each")}>
          <Money minor={head.definition.cost_minor} />
        </Fact>
        {head.scheduled === null ? null : (
          <Fact label={t("terms.next")}>
            {t("terms.scheduled", { n: head.scheduled.version, day: formatDay(head.scheduled.first_day) })}
          </Fact>
        )}
      </dl>
    </Card>
  );
}

type Month = BenefitData["months"][number];

function Months({ data, t }: { data: BenefitData; t: Translate }) {
  const lastOf = (month: string) =>
    new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).toISOString().slice(0, 10);
  const columns: readonly Column<Month>[] = [
    { key: "month", title: t("column.month"), render: (row) => row.month },
    {
      key: "due",
      title: t("column.due_month"),
      numeric: true,
      render: (row) => (
        <Count
          value={sumOf(row)}
          to={`/benefits/fulfilment?benefit=${data.head.benefit}&from=${row.month}-01&to=${lastOf(row.month)}`}
        />
      ),
    },
    { key: "kept", title: t("column.kept"), wrap: true, render: (row) => <KeptBar kept={row} t={t} wide /> },
  ];
  return (
    <Card flush title={t("months.title")} note={t("months.note")}>
      <DataTable
        label={t("months.title")}
        columns={columns}
        rows={data.months}
        rowKey={(row) => row.month}
        empty={<EmptyState small title={t("months.empty")} text={t("months.empty_text")} />}
      />
      {data.reasons.length === 0 ? null : (
        <p className="ht-note bf-reasons">
          {t("rate.reasons")}
          {data.reasons.map((one) => `${pick(one.reason_zh, one.reason_en)} ${one.count}`).join("，")}
        </p>
      )}
    </Card>
  );
}

function Versions({ versions, t }: { versions: readonly Version[]; t: Translate }) {
  const columns: readonly Column<Version>[] = [
    {
      key: "version",
      title: t("column.version"),
      render: (row) => (
        <span className="ht-row">
          {t("version", { n: row.version })}
          {row.withdrawn_from === null ? null : (
            <Chip tone="warn" title={row.withdrawn_reason ?? ""}>
              {t("state.withdrawn")}
            </Chip>
          )}
        </span>
      ),
    },
    { key: "says", title: t("column.says"), wrap: true, render: (row) => pick(row.terms_zh, row.terms_en) },
    {
      key: "days",
      title: t("column.days"),
      hide: "phone",
      render: (row) => <Days first={row.first_day} last={row.last_day} t={t} />,
    },
    { key: "at", title: t("column.published"), hide: "tablet", render: (row) => <Instant at={row.published_at} /> },
  ];
  return (
    <Card flush title={t("versions.title")} note={t("versions.note")}>
      <DataTable label={t("versions.title")} columns={columns} rows={versions} rowKey={(row) => row.version} />
    </Card>
  );
}
