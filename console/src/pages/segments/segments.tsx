import { DeleteOutlined, PlusOutlined, SearchOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useCan } from "../../api/session.ts";
import { Choices } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count, RelativeTime } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { pick, type Translate, useLanguage, useTexts } from "../../texts/texts.ts";
import { fromTree } from "./model/reading.ts";
import type { Vocabulary } from "./model/vocabulary.ts";
import { conditionText } from "./condition-text.ts";
import { idsOf, OVERLAP_MAX } from "./overlap-data.ts";
import { DeleteDialog } from "./segment-acts.tsx";
import { StateDot } from "./segment-facts.tsx";
import { type Segment, useSegments, useVocabulary } from "./segment-data.ts";
import { useAddress } from "./use-address.ts";
import "./segment.css";
import "./texts.ts";

/** All segments with their condition as a sentence, their members and their age. */
export function SegmentsPage() {
  const t = useTexts("segments");
  const query = useSegments();
  const vocabulary = useVocabulary();
  const may = useCan("segments.manage");
  const navigate = useNavigate();
  const create = (
    <Button type="primary" icon={<PlusOutlined aria-hidden="true" />} onClick={() => void navigate("/segments/new")}>
      {t("list.new")}
    </Button>
  );
  return (
    <div className="ht-page">
      <PageHeader
        title={t("title")}
        note={query.data === undefined ? undefined : t("list.note", { n: query.data.items.length })}
        actions={may ? create : undefined}
      />
      <Card flush>
        <Loaded query={query} skeleton={<SkeletonTable rows={6} columns={4} />}>
          {(data) =>
            data.items.length === 0 ? (
              <EmptyState title={t("list.empty_title")} text={t("list.empty_text")} action={may ? create : undefined} />
            ) : (
              <SegmentTable segments={data.items} vocabulary={vocabulary.data} may={may} />
            )
          }
        </Loaded>
      </Card>
    </div>
  );
}

const SORTS = ["changed", "size", "name"] as const;
type Sort = (typeof SORTS)[number];

function sorted(segments: readonly Segment[], sort: Sort): readonly Segment[] {
  if (sort === "name") return segments.toSorted((a, b) => a.name.localeCompare(b.name, "zh-CN"));
  if (sort === "size") return segments.toSorted((a, b) => (b.count ?? -1) - (a.count ?? -1));
  return segments.toSorted((a, b) => (b.updated_at ?? "").localeCompare(a.updated_at ?? ""));
}

interface TableProps {
  readonly segments: readonly Segment[];
  readonly vocabulary: Vocabulary | undefined;
  readonly may: boolean;
}

function SegmentTable({ segments, vocabulary, may }: TableProps) {
  const t = useTexts("segments");
  const language = useLanguage();
  const [params, setAddress] = useAddress();
  const [asked, setAsked] = useState<Segment | null>(null);
  const text = params.get("q") ?? "";
  const sort = SORTS.find((one) => one === params.get("sort")) ?? "changed";
  const word = text.trim().toLowerCase();
  const picked = idsOf(params.get("ids")).filter((id) => segments.some((segment) => segment.segment_id === id));
  const sentence = (segment: Segment) => {
    if (vocabulary === undefined) return "";
    const draft = fromTree(segment.condition, vocabulary);
    if (draft === null) return pick(segment.sentence_zh, segment.sentence_en) || t("list.no_sentence");
    return conditionText(draft, vocabulary, language, t);
  };
  const tick = (id: number) =>
    setAddress({ ids: (picked.includes(id) ? picked.filter((one) => one !== id) : [...picked, id]).join(",") });
  const matching = segments.filter((one) => `${one.name} ${sentence(one)}`.toLowerCase().includes(word));
  return (
    <>
      <div className="sg-list-tools">
        <label className="sg-list-search">
          <SearchOutlined aria-hidden="true" />
          <input
            type="search"
            className="ht-input"
            value={text}
            aria-label={t("list.search")}
            placeholder={t("list.search")}
            onChange={(event) => setAddress({ q: event.target.value })}
          />
        </label>
        <Choices
          label={t("list.sort")}
          value={sort}
          items={SORTS.map((key) => ({ key, label: t(`list.sort_${key}`) }))}
          onChange={(next) => setAddress({ sort: next === "changed" ? null : next })}
        />
        <Picked picked={picked} onClear={() => setAddress({ ids: null })} t={t} />
      </div>
      <DataTable
        label={t("list.table")}
        columns={columnsOf({ sentence, picked, tick, may, remove: setAsked, t })}
        rows={sorted(matching, sort)}
        rowKey={(segment) => segment.segment_id}
        empty={<EmptyState small title={t("list.none")} />}
        rowTone={(segment) => (segment.state === "failed" ? "bad" : undefined)}
      />
      <DeleteDialog segment={asked} onClose={() => setAsked(null)} />
    </>
  );
}

/** What to do with the ticked segments. */
function Picked({ picked, onClear, t }: { picked: readonly number[]; onClear: () => void; t: Translate }) {
  if (picked.length < 2)
    return <span className="ht-note sg-list-picked">{t("list.overlap_hint", { max: OVERLAP_MAX })}</span>;
  return (
    <span className="ht-actions sg-list-picked">
      <Link className="ht-button ht-button-primary" to={`/segments/overlap?ids=${picked.join(",")}`}>
        {t("list.overlap", { n: picked.length })}
      </Link>
      <Button onClick={onClear}>{t("list.clear")}</Button>
    </span>
  );
}

interface ColumnParts {
  readonly sentence: (segment: Segment) => string;
  readonly picked: readonly number[];
  readonly tick: (id: number) => void;
  readonly may: boolean;
  readonly remove: (segment: Segment) => void;
  readonly t: Translate;
}

function columnsOf({ sentence, picked, tick, may, remove, t }: ColumnParts): readonly Column<Segment>[] {
  return [
    {
      key: "pick",
      title: <span className="ht-hidden">{t("overlap.title")}</span>,
      width: "36px",
      render: ({ segment_id, name }) => (
        <input
          type="checkbox"
          className="sg-list-tick"
          aria-label={t("list.pick", { name })}
          checked={picked.includes(segment_id)}
          disabled={picked.length >= OVERLAP_MAX && !picked.includes(segment_id)}
          onChange={() => tick(segment_id)}
        />
      ),
    },
    {
      key: "name",
      title: t("list.name"),
      wrap: true,
      render: (segment) => <NameCell segment={segment} sentence={sentence(segment)} />,
    },
    {
      key: "count",
      title: t("list.count"),
      numeric: true,
      render: (segment) =>
        segment.count === null ? (
          <span className="ht-none">{t("list.not_counted")}</span>
        ) : (
          <Count value={segment.count} to={`/segments/${segment.segment_id}?tab=members`} label={segment.name} />
        ),
    },
    { key: "state", title: t("list.state"), hide: "phone", render: (segment) => <StateDot segment={segment} /> },
    {
      key: "counted",
      title: t("list.counted"),
      numeric: true,
      hide: "tablet",
      render: ({ as_of }) => (as_of == null ? <span className="ht-none">—</span> : <RelativeTime at={as_of} />),
    },
    {
      key: "changed",
      title: t("list.changed"),
      hide: "tablet",
      render: (segment) => (
        <>
          {segment.updated_by_name ? `${t("list.by", { name: segment.updated_by_name })} ` : ""}
          {segment.updated_at ? <RelativeTime at={segment.updated_at} /> : null}
        </>
      ),
    },
    {
      key: "acts",
      title: "",
      hide: "phone",
      render: (segment) =>
        may ? (
          <Button
            type="text"
            size="small"
            icon={<DeleteOutlined aria-hidden="true" />}
            aria-label={`${t("list.delete")} ${segment.name}`}
            onClick={() => remove(segment)}
          />
        ) : null,
    },
  ];
}

function NameCell({ segment, sentence }: { segment: Segment; sentence: string }) {
  return (
    <>
      <Link className="sg-list-name" to={`/segments/${segment.segment_id}`}>
        {segment.name}
      </Link>
      <p className="ht-note sg-list-sentence">{sentence}</p>
    </>
  );
}
