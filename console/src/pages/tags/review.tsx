import { useMutation, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useCallback, useEffect, useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import { api, ApiProblem } from "../../api/client.ts";
import { Bar } from "../../parts/bar.tsx";
import { Fact, Money, Ratio } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { sayError } from "../../parts/toast.tsx";
import { formatCount, formatDay, formatInstant } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import {
  type ReviewDetail,
  type ReviewFigures,
  type ReviewItem,
  reviewKey,
  useReview,
  type Verdict,
} from "./review-data.ts";
import { StateChip } from "./reviews.tsx";
import "../../parts/data-table.css";
import "./review.css";
import "./tags.css";
import "./texts.ts";

const VERDICTS: readonly Verdict[] = ["right", "wrong", "unknown"];

/** One sample, judged value by value: 1 right, 2 wrong, 3 cannot tell, arrows to move, Z to take back. */
export function ReviewPage() {
  const { reviewId = "" } = useParams();
  const t = useTexts("tags");
  const query = useReview(reviewId);
  const gone = query.error instanceof ApiProblem && query.error.status === 404;
  const review = query.data;
  return (
    <div className="ht-page">
      <PageHeader
        title={review === undefined ? t("review.title") : t("review.of", { name: pick(review.zh, review.en) })}
        back={{ to: "/tags/reviews", label: t("review.title") }}
        tags={review === undefined ? undefined : <StateChip item={review} t={t} />}
      />
      {gone ? <EmptyState title={t("review.gone")} /> : null}
      {gone ? null : (
        <Loaded query={query} skeleton={<SkeletonBlock height={420} />}>
          {(data) => <Judging key={data.review_id} review={data} t={t} />}
        </Loaded>
      )}
    </div>
  );
}

const firstOpen = (items: readonly ReviewItem[], after = -1): number => {
  const next = items.findIndex((item, index) => index > after && item.verdict === null);
  return next >= 0 ? next : items.findIndex((item) => item.verdict === null);
};

function Judging({ review, t }: { review: ReviewDetail; t: Translate }) {
  const { item, index, go, say, undo } = useJudging(review);
  const { items } = review;
  useJudgingKeys({ say, undo: undo ?? (() => undefined), back: () => go(index - 1), on: () => go(index + 1) });
  if (item === undefined) return <EmptyState title={t("review.none_seen")} text={t("review.none_seen_text")} />;
  return (
    <div className="ht-grid">
      <div className="ht-span-8 ht-stack">
        <ItemCard item={item} review={review} t={t} />
        <div className="rv-buttons" role="group" aria-label={t("review.act")}>
          {VERDICTS.map((verdict, at) => (
            <Button
              key={verdict}
              size="large"
              type={item.verdict === verdict ? "primary" : "default"}
              aria-pressed={item.verdict === verdict}
              onClick={() => say(verdict)}
            >
              {t(`review.verdict_${verdict}`)} <kbd>{at + 1}</kbd>
            </Button>
          ))}
        </div>
        <div className="rv-moves">
          <Button disabled={index === 0} onClick={() => go(index - 1)}>
            {t("review.back")} <kbd>←</kbd>
          </Button>
          <Button disabled={index === items.length - 1} onClick={() => go(index + 1)}>
            {t("review.on")} <kbd>→</kbd>
          </Button>
          <Button disabled={undo === null} onClick={() => undo?.()}>
            {t("review.undo")} <kbd>Z</kbd>
          </Button>
          <span className="ht-note">{t("review.place", { n: index + 1, of: items.length })}</span>
        </div>
      </div>
      <div className="ht-span-4">
        <Progress review={review} t={t} />
      </div>
    </div>
  );
}

/** Which value is looked at (in the address), and what is said of it; the next open one follows by itself. */
function useJudging(review: ReviewDetail) {
  const { items } = review;
  const [params, setParams] = useSearchParams();
  const [judged, setJudged] = useState<readonly number[]>([]);
  const asked = items.findIndex((one) => one.place === Number(params.get("at") ?? 0));
  const index = asked >= 0 ? asked : Math.max(0, firstOpen(items));
  const item = items[index];
  const { mutate } = useVerdict(review.review_id);
  const go = useCallback(
    (to: number) => {
      const target = items[Math.max(0, Math.min(items.length - 1, to))];
      if (target !== undefined) setParams({ at: String(target.place) }, { replace: true });
    },
    [items, setParams],
  );
  const say = useCallback(
    (verdict: Verdict) => {
      if (item === undefined) return;
      mutate({ at: item.place, verdict });
      setJudged((old) => [...old, item.place]);
      const after = items.map((one) => (one.place === item.place ? { ...one, verdict } : one));
      const next = firstOpen(after, index);
      if (next >= 0) go(next);
    },
    [item, items, index, mutate, go],
  );
  const undo = useCallback(() => {
    const last = judged.at(-1);
    if (last === undefined) return;
    mutate({ at: last, verdict: null });
    setJudged((old) => old.slice(0, -1));
    go(items.findIndex((one) => one.place === last));
  }, [judged, items, mutate, go]);
  return { item, index, go, say, undo: judged.length === 0 ? null : undo };
}

function useVerdict(reviewId: number) {
  const shared = useTexts();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ at, verdict }: { at: number; verdict: Verdict | null }) =>
      api.put<ReviewFigures>(`/api/tags/reviews/${reviewId}/items/${at}`, { verdict }),
    onSuccess: (figures, { at, verdict }) => {
      client.setQueryData<ReviewDetail>(reviewKey(String(reviewId)), (old) =>
        old === undefined
          ? old
          : { ...old, ...figures, items: old.items.map((one) => (one.place === at ? { ...one, verdict } : one)) },
      );
      // state, reviewers and the catalogue follow when the sample is done
      if (figures.judged === figures.sampled || verdict === null)
        void client.invalidateQueries({ queryKey: ["tags", "reviews"] });
    },
    onError: (error) => {
      sayError(error, shared("state.offline"));
      void client.invalidateQueries({ queryKey: reviewKey(String(reviewId)) });
    },
  });
}

interface Keys {
  readonly say: (verdict: Verdict) => void;
  readonly undo: () => void;
  readonly back: () => void;
  readonly on: () => void;
}

function useJudgingKeys({ say, undo, back, on }: Keys): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.altKey || event.shiftKey || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
      const verdict = VERDICTS[Number(event.key) - 1];
      if (event.key === "z") undo();
      else if (event.ctrlKey || event.metaKey) return;
      else if (verdict !== undefined) say(verdict);
      else if (event.key === "ArrowLeft") back();
      else if (event.key === "ArrowRight") on();
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [say, undo, back, on]);
}

function ItemCard({ item, review, t }: { item: ReviewItem; review: ReviewDetail; t: Translate }) {
  const { member } = item;
  return (
    <Card
      title={member?.name_masked ?? `#${item.member_id}`}
      note={member?.phone_masked ?? undefined}
      extra={
        <Link to={`/members/${item.member_id}`} target="_blank">
          {t("review.timeline")}
        </Link>
      }
    >
      <div className="rv-item" aria-live="polite">
        <p className="ht-note">{t("review.said", { day: formatDay(review.day), name: pick(review.zh, review.en) })}</p>
        <p className="rv-value">{pick(item.display.zh, item.display.en)}</p>
        <p>{pick(item.why.zh, item.why.en)}</p>
        <p className="ht-note">{pick(review.sentence_zh, review.sentence_en)}</p>
        {member === null ? null : (
          <dl className="ht-facts rv-facts">
            <Fact label={t("review.store")}>{member.home_store ?? "—"}</Fact>
            <Fact label={t("review.city")}>{member.city ?? "—"}</Fact>
            <Fact label={t("review.joined")}>
              {member.joined_at === null ? "—" : formatInstant(member.joined_at, { day: true })}
            </Fact>
            <Fact label={t("review.orders")}>{formatCount(member.orders)}</Fact>
            <Fact label={t("review.net")}>
              <Money minor={member.net_fen} />
            </Fact>
            <Fact label={t("review.last")}>
              {member.last_order_at === null ? "—" : formatInstant(member.last_order_at, { day: true })}
            </Fact>
          </dl>
        )}
        {item.verdict === null ? null : (
          <p className="ht-note">
            {t("review.judged_as", { verdict: t(`review.verdict_${item.verdict}`) })}
            {item.person_name === null ? "" : ` · ${item.person_name}`}
          </p>
        )}
      </div>
    </Card>
  );
}

function Progress({ review, t }: { review: ReviewDetail; t: Translate }) {
  const part = review.sampled === 0 ? 0 : review.judged / review.sampled;
  return (
    <Card title={t("review.progress")}>
      <div className="rv-progress">
        <Bar part={part} label={t("review.judged")} />
        <dl className="ht-facts tg-about">
          <Fact label={t("review.judged")}>
            {formatCount(review.judged)} / {formatCount(review.sampled)}
          </Fact>
          <Fact label={t("review.right")}>
            <Ratio value={review.right_bp === null ? null : review.right_bp / 10_000} />
          </Fact>
          <Fact label={t("review.lower")}>
            <Ratio value={review.lower_bp === null ? null : review.lower_bp / 10_000} digits={2} />
          </Fact>
          <Fact label={t("column.coverage")}>
            <Ratio value={review.coverage_bp === null ? null : review.coverage_bp / 10_000} />
          </Fact>
          <Fact label={t("review.population")}>{formatCount(review.population)}</Fact>
          <Fact label={t("review.reviewers")}>
            {review.reviewers.length === 0
              ? "—"
              : review.reviewers.map((one) => `${one.person_name ?? "—"} ${formatCount(one.judged)}`).join("，")}
          </Fact>
        </dl>
        <p className="ht-note">{t("review.rule")}</p>
        {review.outdated ? <p className="ht-note">{t("review.outdated")}</p> : null}
      </div>
    </Card>
  );
}
