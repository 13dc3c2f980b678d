import { AuditOutlined, DownloadOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { Link } from "react-router";
import { withQuery } from "../../api/client.ts";
import { Bar } from "../../parts/bar.tsx";
import { Chip, StatusDot } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount, formatInstant } from "../../texts/format.ts";
import { currentLanguage, useTexts } from "../../texts/texts.ts";
import "./access-reviews.css";
import { type Review, type Reviews, useBegin, useReviews } from "./review-data.ts";
import "./texts.ts";

export const workbookOf = (review_id: number) =>
  withQuery(`/api/access-reviews/${review_id}/review.xlsx`, { language: currentLanguage() });
const dayOf = (at: string) => formatInstant(at, { day: true });

/** Reviews of who has access to what: the open one, when the next is due, and what came of the earlier ones. */
export function AccessReviewsPage() {
  const t = useTexts("access-reviews");
  const query = useReviews();
  const begin = useBegin();
  const open = query.data?.items.find(({ signed_at }) => signed_at === null);
  const act =
    open === undefined ? (
      <Button type="primary" disabled={!query.data} loading={begin.isPending} onClick={() => begin.mutate()}>
        {t("begin")}
      </Button>
    ) : (
      <Link className="ht-button ht-button-primary" to={`/trust/reviews/${open.review_id}`}>
        {t("go_on")}
      </Link>
    );
  return (
    <div className="ht-page">
      <PageHeader title={t("title")} note={t("note")} actions={act} />
      <Loaded query={query} skeleton={<SkeletonTable columns={6} />}>
        {(data) => (
          <>
            <Now reviews={data} open={open} />
            <Card flush title={data.items.length === 0 ? undefined : t("history")}>
              <History items={data.items} />
            </Card>
          </>
        )}
      </Loaded>
    </div>
  );
}

function Now({ reviews: { items, due_at, overdue }, open }: { reviews: Reviews; open: Review | undefined }) {
  const t = useTexts("access-reviews");
  const undone = items.filter(({ signed_at, undone: left }) => signed_at !== null && left > 0);
  const due = `${open === undefined ? "next" : "sign"}_${overdue ? "late" : "until"}`;
  return (
    <Card title={t("now")} extra={overdue ? <Chip tone="bad">{t("overdue")}</Chip> : undefined}>
      <div className="ht-stack">
        <p>{open === undefined ? t("rest_text") : t("open_text", { name: open.made_by, at: dayOf(open.made_at) })}</p>
        <p className={overdue ? "ar-late" : "ht-note"}>{t(due, { at: dayOf(due_at) })}</p>
        {open === undefined ? null : <Progress review={open} />}
        {undone.map(({ review_id, undone: n }) => (
          <p key={review_id} className="ar-undone">
            <StatusDot tone="warn">{t("undone_text", { n })}</StatusDot>
            <Link to={`/trust/reviews/${review_id}?show=acts`}>
              {t("number_n", { n: review_id })} · {t("undone_act")}
            </Link>
          </p>
        ))}
      </div>
    </Card>
  );
}

/** How many lines have a verdict. */
export function Progress({ review: { judged, lines } }: { review: Review }) {
  const t = useTexts("access-reviews");
  const text = t("judged_of", { judged: formatCount(judged), lines: formatCount(lines) });
  return (
    <div className="ar-progress">
      <Bar part={lines === 0 ? 0 : judged / lines} label={text} />
      <span className="ht-figure">{text}</span>
    </div>
  );
}

function Outcome({ review: { to_do, undone, signed_at } }: { review: Review }) {
  const t = useTexts("access-reviews");
  if (to_do === 0) return <span className="ht-note">{signed_at === null ? "—" : t("none_to_do")}</span>;
  return (
    <span className="ht-cell-two">
      <span>{t("to_do_n", { n: formatCount(to_do) })}</span>
      <small>{undone === 0 ? t("all_done") : t("undone_n", { n: formatCount(undone) })}</small>
    </span>
  );
}

function History({ items }: { items: readonly Review[] }) {
  const t = useTexts("access-reviews");
  return (
    <DataTable
      label={t("history")}
      rows={items}
      rowKey={(one) => one.review_id}
      rowTone={(one) => (one.signed_at !== null && one.undone > 0 ? "warn" : undefined)}
      empty={<EmptyState icon={<AuditOutlined />} title={t("empty")} text={t("empty_text")} />}
      columns={[
        {
          key: "number",
          title: t("number"),
          render: (one) => <Link to={`/trust/reviews/${one.review_id}`}>{t("number_n", { n: one.review_id })}</Link>,
        },
        {
          key: "made",
          title: t("made"),
          hide: "phone",
          render: (one) => t("by_at", { name: one.made_by, at: dayOf(one.made_at) }),
        },
        {
          key: "lines",
          title: t("lines"),
          numeric: true,
          hide: "phone",
          render: (one) => <span className="ht-figure">{formatCount(one.lines)}</span>,
        },
        { key: "result", title: t("result"), render: (one) => <Outcome review={one} /> },
        {
          key: "signed",
          title: t("signed"),
          render: (one) =>
            one.signed_at === null ? (
              <StatusDot tone="info">{t("unsigned")}</StatusDot>
            ) : (
              <span className="ht-cell-two">
                <span>{one.signed_by}</span>
                <small>{dayOf(one.signed_at)}</small>
              </span>
            ),
        },
        {
          key: "file",
          title: "",
          numeric: true,
          hide: "phone",
          render: (one) => (
            <a className="ht-button" download href={workbookOf(one.review_id)}>
              <DownloadOutlined aria-hidden="true" /> Excel
              <span className="ht-hidden"> {t("export_n", { n: one.review_id })}</span>
            </a>
          ),
        },
      ]}
    />
  );
}
