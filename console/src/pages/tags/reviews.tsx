import { useMutation, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { Link, useNavigate, useSearchParams } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Chip, Choices } from "../../parts/chips.tsx";
import { Ratio } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { sayError } from "../../parts/toast.tsx";
import { formatCount, formatRatio } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { type Accuracies, type ReviewState, STATE_TONES, type TagAccuracy, useAccuracies } from "./review-data.ts";
import "../../parts/data-table.css";
import "./review.css";
import "./tags.css";
import "./texts.ts";

const STATES: readonly ReviewState[] = ["passed", "failed", "reviewing", "unreviewed", "too_few", "not_issued"];

/** How right the tags are, by people who judged samples: how many pass, and each tag with its figures. */
export function ReviewsPage() {
  const t = useTexts("tags");
  const query = useAccuracies();
  return (
    <div className="ht-page">
      <PageHeader title={t("review.title")} back={{ to: "/tags", label: t("one.back") }} />
      <Loaded query={query} skeleton={<SkeletonTable rows={12} columns={5} />}>
        {(data) => <Body data={data} t={t} />}
      </Loaded>
    </div>
  );
}

function Body({ data, t }: { data: Accuracies; t: Translate }) {
  const [params, setParams] = useSearchParams();
  const state = params.get("state") ?? "all";
  const shown = data.items.filter((item) => state === "all" || item.state === state);
  return (
    <>
      <Card>
        <p className="rv-headline">
          <strong>{formatCount(data.passed)}</strong>
          <span>{t("review.headline", { tags: formatCount(data.tags) })}</span>
        </p>
        <p className="ht-note">
          {t("review.headline_note", {
            pass: formatRatio(data.pass_bp / 10_000, 0),
            issued: formatRatio(data.issued_coverage_bp / 10_000, 0),
          })}
        </p>
      </Card>
      <div className="tg-tools">
        <Choices
          label={t("filter.label")}
          value={state}
          items={["all", ...STATES].map((key) => ({
            key,
            label: key === "all" ? t("filter.all") : t(`review.state_${key}`),
            count: data.items.filter((item) => key === "all" || item.state === key).length,
          }))}
          onChange={(key) => setParams(key === "all" ? {} : { state: key }, { replace: true })}
        />
      </div>
      <Card flush>
        {shown.length === 0 ? <EmptyState small title={t("list.none_title")} /> : <Table items={shown} t={t} />}
      </Card>
    </>
  );
}

function Table({ items, t }: { items: readonly TagAccuracy[]; t: Translate }) {
  return (
    <table className="ht-table">
      <caption className="ht-hidden">{t("review.title")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("column.name")}</th>
          <th scope="col">{t("filter.label")}</th>
          <th scope="col" className="ht-num ht-hide-phone">
            {t("review.judged")}
          </th>
          <th scope="col" className="ht-num ht-hide-phone">
            {t("review.right")}
          </th>
          <th scope="col" className="ht-num">
            {t("review.lower")}
          </th>
          <th scope="col" className="ht-num ht-hide-phone">
            {t("column.coverage")}
          </th>
          <th scope="col">
            <span className="ht-hidden">{t("review.act")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={item.key}>
            <td>
              <Link to={`/tags/${encodeURIComponent(item.key)}`}>{pick(item.zh, item.en)}</Link>
            </td>
            <td>
              <StateChip item={item} t={t} />
            </td>
            <td className="ht-num ht-hide-phone">
              {item.review_id === null ? <span className="ht-none">—</span> : `${item.judged} / ${item.sampled}`}
            </td>
            <td className="ht-num ht-hide-phone">
              <Ratio value={item.right_bp === null ? null : item.right_bp / 10_000} />
            </td>
            <td className="ht-num">
              <Ratio value={item.lower_bp === null ? null : item.lower_bp / 10_000} />
            </td>
            <td className="ht-num ht-hide-phone">
              <Ratio value={item.coverage_bp === null ? null : item.coverage_bp / 10_000} digits={0} />
            </td>
            <td className="ht-num">
              <ReviewAct item={item} t={t} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function StateChip({ item, t }: { item: Pick<TagAccuracy, "state" | "outdated">; t: Translate }) {
  const why = item.outdated ? t("review.outdated") : item.state === "not_issued" ? t("review.not_issued_why") : null;
  return (
    <Chip tone={STATE_TONES[item.state]} {...(why === null ? {} : { title: why })}>
      {t(`review.state_${item.state}`)}
    </Chip>
  );
}

/** Goes on with an open sample, looks at a judged one, or draws the first. */
export function ReviewAct({ item, t }: { item: TagAccuracy; t: Translate }) {
  const shared = useTexts();
  const may = useCan("tags.review");
  const client = useQueryClient();
  const navigate = useNavigate();
  const draw = useMutation({
    mutationFn: () => api.post<{ review_id: number }>(`/api/tags/${encodeURIComponent(item.key)}/reviews`, {}),
    onSuccess: async ({ review_id }) => {
      await client.invalidateQueries({ queryKey: ["tags", "reviews"] });
      await navigate(`/tags/reviews/${review_id}`);
    },
    onError: (error) => sayError(error, shared("state.offline")),
  });
  if (!may) return null;
  const open = item.review_id !== null && item.judged < item.sampled;
  if (open) return <Link to={`/tags/reviews/${item.review_id}`}>{t("review.go_on")}</Link>;
  return (
    <span className="rv-acts">
      {item.review_id === null ? null : <Link to={`/tags/reviews/${item.review_id}`}>{t("review.see")}</Link>}
      <Button size="small" loading={draw.isPending} onClick={() => draw.mutate()}>
        {t(item.review_id === null ? "review.begin" : "review.again")}
      </Button>
    </span>
  );
}
