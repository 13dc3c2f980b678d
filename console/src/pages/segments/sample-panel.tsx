import Button from "antd/es/button";
import { Link } from "react-router";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, ErrorState, SkeletonTable } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { MemberTable } from "../members/member-table.tsx";
import type { TreeNode } from "./model/vocabulary.ts";
import { useSample } from "./segment-data.ts";
import { useAddress } from "./use-address.ts";

interface SamplePanelProps {
  /** The condition as JSON text; empty when nothing can be asked yet. */
  readonly condition: string;
  readonly count: number | undefined;
  /** The saved segment whose condition this is, unchanged. */
  readonly savedId: string | null;
}

/** The condition up to a step of the funnel; only an "and" has steps. */
export function upToStep(condition: string, step: number): string {
  if (condition === "" || step < 1) return condition;
  const tree = JSON.parse(condition) as TreeNode;
  const parts = Array.isArray(tree["parts"]) ? tree["parts"] : [];
  if (tree.node !== "and" || step >= parts.length) return condition;
  return JSON.stringify({ ...tree, parts: parts.slice(0, step) });
}

/** A few of the members who match, or of those left after one step. */
export function SamplePanel({ condition, count, savedId }: SamplePanelProps) {
  const t = useTexts("segments");
  const [params, setAddress] = useAddress();
  const step = Number(params.get("step") ?? 0);
  const asked = upToStep(condition, step);
  const partial = asked !== condition;
  const query = useSample(asked);
  const rows = query.data?.items ?? [];
  const clearStep = () => setAddress({ step: null });
  if (condition === "") return null;
  return (
    <Card
      id="sample"
      title={partial ? t("sample.step", { n: step }) : t("sample.title")}
      note={rows.length > 0 ? t("sample.note", { n: rows.length }) : undefined}
      flush
      extra={
        partial ? (
          <Button size="small" onClick={clearStep}>
            {t("sample.all")}
          </Button>
        ) : (
          <SeeAll savedId={savedId} count={count} />
        )
      }
    >
      {query.error ? <ErrorState small error={query.error} retry={() => void query.refetch()} /> : null}
      {query.data === undefined && !query.error ? <SkeletonTable rows={4} columns={6} /> : null}
      {query.data !== undefined && rows.length === 0 ? (
        <EmptyState small title={t("count.zero")} text={t("count.zero_hint")} />
      ) : null}
      {rows.length > 0 ? (
        <MemberTable
          rows={rows}
          total={rows.length}
          stale={query.isPlaceholderData}
          label={t("sample.title")}
          act={(row) => (
            <button
              type="button"
              className="ht-link-button"
              aria-label={t("explain.why_of", { name: row.name_masked ?? row.member_id })}
              onClick={() => setAddress({ explain: String(row.member_id) })}
            >
              {t("explain.why")}
            </button>
          )}
        />
      ) : null}
    </Card>
  );
}

function SeeAll({ savedId, count }: { savedId: string | null; count: number | undefined }) {
  const t = useTexts("segments");
  if (count === undefined || count === 0) return null;
  const n = formatCount(count);
  if (savedId === null) return <span className="ht-note">{t("sample.save_first", { n })}</span>;
  return <Link to={`/segments/${savedId}?tab=members`}>{t("sample.see_all", { n })}</Link>;
}
