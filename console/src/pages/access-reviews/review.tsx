import { DownloadOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useState } from "react";
import { useParams, useSearchParams } from "react-router";
import { ApiProblem } from "../../api/client.ts";
import { Choices, StatusDot } from "../../parts/chips.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount, formatInstant } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import "./access-reviews.css";
import { type Line, type Review, standsOut, useLines, useReviews, useSign } from "./review-data.ts";
import { ReviewLines } from "./review-lines.tsx";
import { Progress, workbookOf } from "./reviews.tsx";
import "./texts.ts";

const SHOWN = ["open", "odd", "acts", "all"] as const;
type Shown = (typeof SHOWN)[number];

function linesBy(lines: readonly Line[], shown: Shown): readonly Line[] {
  if (shown === "open") return lines.filter(({ verdict }) => verdict === null);
  if (shown === "odd") return lines.filter(standsOut);
  return shown === "acts" ? lines.filter(({ verdict }) => verdict === "change" || verdict === "remove") : lines;
}

/** One review, judged line by line and then signed. */
export function AccessReviewPage() {
  const { reviewId = "" } = useParams();
  const t = useTexts("access-reviews");
  const query = useLines(reviewId);
  const review = useReviews().data?.items.find((one) => String(one.review_id) === reviewId);
  const gone = query.error instanceof ApiProblem && query.error.status === 404;
  return (
    <div className="ht-page">
      <PageHeader
        title={gone ? t("title") : t("title_n", { n: reviewId })}
        back={{ to: "/trust/reviews", label: t("title") }}
        tags={review === undefined ? undefined : <State review={review} />}
        actions={review === undefined ? undefined : <Acts review={review} />}
      />
      {gone ? (
        <EmptyState title={t("gone")} text={t("gone_text")} />
      ) : (
        <Loaded query={query} skeleton={<SkeletonTable rows={10} columns={4} />}>
          {({ lines }) => <Body review={review} reviewId={reviewId} lines={lines} />}
        </Loaded>
      )}
    </div>
  );
}

function State({ review: { signed_by, signed_at } }: { review: Review }) {
  const t = useTexts("access-reviews");
  if (signed_at === null) return <StatusDot tone="info">{t("unsigned")}</StatusDot>;
  const at = formatInstant(signed_at, { day: true });
  return <StatusDot tone="good">{t("signed_by", { name: signed_by, at })}</StatusDot>;
}

function Acts({ review }: { review: Review }) {
  const t = useTexts("access-reviews");
  const [sure, setSure] = useState(false);
  const sign = useSign(String(review.review_id), () => setSure(false));
  const left = review.lines - review.judged;
  return (
    <>
      <a className="ht-button" download href={workbookOf(review.review_id)}>
        <DownloadOutlined aria-hidden="true" /> {t("export")}
      </a>
      {review.signed_at === null ? (
        <Button
          type="primary"
          disabled={left > 0}
          title={left > 0 ? t("sign_wait", { n: left }) : ""}
          onClick={() => setSure(true)}
        >
          {t("sign")}
        </Button>
      ) : null}
      <Dialog
        open={sure}
        title={t("sign_title", { n: review.review_id })}
        onClose={() => setSure(false)}
        footer={
          <>
            <Button onClick={() => setSure(false)}>{t("shared:act.cancel")}</Button>
            <Button type="primary" loading={sign.isPending} onClick={() => sign.mutate()}>
              {t("sign")}
            </Button>
          </>
        }
      >
        <p>{t("sign_text", { lines: formatCount(review.lines), to_do: formatCount(review.to_do) })}</p>
      </Dialog>
    </>
  );
}

interface BodyProps {
  readonly review: Review | undefined;
  readonly reviewId: string;
  readonly lines: readonly Line[];
}

function Body({ review, reviewId, lines }: BodyProps) {
  const t = useTexts("access-reviews");
  const [params, setParams] = useSearchParams();
  const open = review?.signed_at === null;
  const shown = SHOWN.find((one) => one === params.get("show")) ?? (open ? "open" : "all");
  const list = linesBy(lines, shown);
  return (
    <>
      {open ? (
        <Card>
          <Progress review={review} />
        </Card>
      ) : null}
      <Card flush>
        <div className="ar-tools">
          <Choices
            label={t("title")}
            value={shown}
            items={SHOWN.map((key) => ({ key, label: t(`show.${key}`), count: linesBy(lines, key).length }))}
            onChange={(key) => setParams({ show: key }, { replace: true })}
          />
          {open && list.length > 0 ? <span className="ht-note ht-hide-phone">{t("keys")}</span> : null}
        </div>
        {list.length === 0 ? (
          <EmptyState small title={t(`none_${shown}`)} text={t(`none_${shown}_text`)} />
        ) : (
          <ReviewLines reviewId={reviewId} lines={list} open={open} />
        )}
      </Card>
    </>
  );
}
