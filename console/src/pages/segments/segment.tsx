import { useMemo, useState } from "react";
import { useParams } from "react-router";
import { ApiProblem } from "../../api/client.ts";
import { Choices } from "../../parts/chips.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { usePaused } from "../../parts/paused.ts";
import { EmptyState, ErrorState, Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { MemberTable } from "../members/member-table.tsx";
import { rowsOf, useMemberPages } from "../members/member-data.ts";
import { BuilderHead } from "./builder-head.tsx";
import { CountPanel } from "./count-panel.tsx";
import { EXPLAIN_OPEN, ExplainDialog } from "./explain.tsx";
import { SegmentExport } from "./export.tsx";
import { GroupView, type Opened } from "./group-view.tsx";
import { toTree, leftOut } from "./model/tree.ts";
import type { Vocabulary } from "./model/vocabulary.ts";
import { SegmentMovements } from "./movements.tsx";
import { SegmentPortrait } from "./portrait.tsx";
import { SamplePanel } from "./sample-panel.tsx";
import { SegmentActs } from "./segment-acts.tsx";
import { SegmentFacts } from "./segment-facts.tsx";
import { type Segment, useCount, useSegment, useVocabulary } from "./segment-data.ts";
import { SegmentSnapshots } from "./snapshots.tsx";
import { useAddress } from "./use-address.ts";
import { type Builder, useBuilder } from "./use-builder.ts";
import { useKeys } from "./use-keys.ts";
import "./segment.css";
import "./texts.ts";

/** One segment: built in sentences, counted while it is changed, with its members. `/segments/new` starts one. */
export function SegmentPage() {
  const { segmentId = "new" } = useParams();
  const id = segmentId === "new" ? null : segmentId;
  const t = useTexts("segments");
  const vocabulary = useVocabulary();
  const segment = useSegment(id);
  const gone = segment.error instanceof ApiProblem && segment.error.status === 404;
  if (gone) {
    return (
      <div className="ht-page">
        <PageHeader title={t("title")} back={{ to: "/segments", label: t("builder.back") }} />
        <EmptyState title={t("builder.gone_title")} text={t("builder.gone_text")} />
      </div>
    );
  }
  if (id !== null && segment.data === undefined) {
    return segment.error ? (
      <ErrorState error={segment.error} retry={() => void segment.refetch()} />
    ) : (
      <SkeletonBlock height={480} />
    );
  }
  return (
    <div className="ht-page">
      <Loaded query={vocabulary} skeleton={<SkeletonBlock height={480} />}>
        {(words) => <SegmentBody key={segmentId} segment={segment.data ?? null} vocabulary={words} t={t} />}
      </Loaded>
    </div>
  );
}

interface BodyProps {
  readonly segment: Segment | null;
  readonly vocabulary: Vocabulary;
  readonly t: (key: string, params?: Record<string, unknown>) => string;
}

function SegmentBody({ segment, vocabulary, t }: BodyProps) {
  const builder = useBuilder(segment?.condition ?? null, vocabulary);
  const tree = useMemo(() => toTree(builder.draft, vocabulary), [builder.draft, vocabulary]);
  const condition =
    builder.unreadable && segment !== null && tree === null
      ? JSON.stringify(segment.condition)
      : tree === null
        ? ""
        : JSON.stringify(tree);
  const savedTree = useMemo(
    () => (segment === null ? "" : savedText(segment, builder, vocabulary)),
    [segment, builder, vocabulary],
  );
  const changed = segment === null ? builder.draft.children.length > 0 : condition !== savedTree && condition !== "";
  const [params, setAddress] = useAddress();
  const tab = segment === null ? "condition" : (TABS.find((key) => key === params.get("tab")) ?? "condition");
  useKeys(builder);
  const workbench = (
    <Workbench
      builder={builder}
      vocabulary={vocabulary}
      condition={condition}
      savedId={segment === null || changed ? null : String(segment.segment_id)}
      t={t}
    />
  );
  return (
    <>
      <BuilderHead segment={segment} builder={builder} condition={condition} changed={changed} />
      {segment === null ? null : (
        <>
          <div className="sf-row">
            <SegmentFacts segment={segment} />
            <SegmentActs segment={segment} onExplain={() => setAddress({ explain: EXPLAIN_OPEN })} />
          </div>
          <div className="sf-tabs">
            <Choices
              label={t("title")}
              value={tab}
              items={TABS.map((key) => ({
                key,
                label: t(`tabs.${key}`),
                ...(key === "members" && segment.count !== null ? { count: segment.count } : {}),
              }))}
              onChange={(next) => setAddress({ ...WITHOUT_TAB_STATE, tab: next === "condition" ? null : next })}
            />
          </div>
        </>
      )}
      {segment === null || tab === "condition" ? workbench : <TabBody tab={tab} segment={segment} t={t} />}
      <ExplainDialog condition={condition} vocabulary={vocabulary} />
    </>
  );
}

const TABS = ["condition", "members", "portrait", "movements", "snapshots", "export"] as const;
type Tab = (typeof TABS)[number];

/** What the tabs keep in the address is theirs alone. */
const TAB_STATE = ["day", "days", "direction", "step", "a", "b", "who", "snapshot", "against"];
const WITHOUT_TAB_STATE = Object.fromEntries(TAB_STATE.map((name) => [name, null]));

function TabBody({ tab, segment, t }: { tab: Exclude<Tab, "condition">; segment: Segment; t: BodyProps["t"] }) {
  if (tab === "members") return <SegmentMembers segment={segment} t={t} />;
  if (tab === "portrait") return <SegmentPortrait segmentId={segment.segment_id} />;
  if (tab === "snapshots") return <SegmentSnapshots segment={segment} />;
  if (tab === "export") return <SegmentExport segmentId={segment.segment_id} />;
  return <SegmentMovements segmentId={segment.segment_id} />;
}

/** The saved condition in the form in which this page would write it, so that the two can be compared. */
function savedText(segment: Segment, builder: Builder, vocabulary: Vocabulary): string {
  if (builder.unreadable) return JSON.stringify(segment.condition);
  const same = toTree(builder.saved ?? builder.draft, vocabulary);
  return same === null ? "" : JSON.stringify(same);
}

interface WorkbenchProps {
  readonly builder: Builder;
  readonly vocabulary: Vocabulary;
  readonly condition: string;
  readonly savedId: string | null;
  readonly t: BodyProps["t"];
}

/** Sentences at the left, what they give at the right, members below. */
function Workbench({ builder, vocabulary, condition, savedId, t }: WorkbenchProps) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const asked = usePaused(condition);
  const count = useCount(asked);
  const stale = asked !== condition || count.isPlaceholderData;
  const counted = builder.draft.children.filter((child) => toTree(child, vocabulary) !== null);
  if (builder.unreadable && builder.draft.children.length === 0) {
    return (
      <Card>
        <EmptyState title={t("builder.no_sentence_title")} text={t("builder.no_sentence")} />
      </Card>
    );
  }
  return (
    <>
      <div className="sg-bench">
        <Card
          className="sg-sentences"
          title={builder.draft.children.length === 0 ? t("builder.start") : t("builder.conditions")}
          note={builder.draft.children.length > 1 ? t("builder.hint") : undefined}
        >
          {builder.brokenLink ? <p className="sg-left-out">{t("builder.broken_link")}</p> : null}
          <GroupView
            root={builder.draft}
            group={builder.draft}
            vocabulary={vocabulary}
            opened={opened}
            onOpen={setOpened}
            change={builder.change}
          />
        </Card>
        <CountPanel
          query={count}
          condition={condition}
          waiting={leftOut(builder.draft, vocabulary)}
          stale={stale}
          counted={counted}
          root={builder.draft}
          vocabulary={vocabulary}
          membersLink={savedId === null ? "#sample" : `/segments/${savedId}?tab=members`}
        />
      </div>
      <SamplePanel condition={asked} count={stale ? undefined : count.data?.count} savedId={savedId} />
    </>
  );
}

function SegmentMembers({ segment, t }: { segment: Segment; t: BodyProps["t"] }) {
  const id = String(segment.segment_id);
  const list = useMemberPages(["segment", id, "members"], `/api/segments/${id}/members`, {});
  const rows = rowsOf(list.data);
  const total = list.data?.pages[0]?.total ?? segment.count;
  return (
    <Card title={t("builder.members_of")} note={total === null ? undefined : formatCount(total)} flush>
      {list.data === undefined && list.error ? (
        <ErrorState small error={list.error} retry={() => void list.refetch()} />
      ) : null}
      {list.data === undefined && !list.error ? <SkeletonBlock height={360} /> : null}
      {list.data !== undefined && rows.length === 0 ? (
        <EmptyState small title={t("count.zero")} text={t("count.zero_hint")} />
      ) : null}
      {rows.length > 0 ? (
        <MemberTable
          rows={rows}
          total={total}
          label={t("builder.members_of")}
          more={
            list.hasNextPage ? { load: () => void list.fetchNextPage(), loading: list.isFetchingNextPage } : undefined
          }
        />
      ) : null}
    </Card>
  );
}
