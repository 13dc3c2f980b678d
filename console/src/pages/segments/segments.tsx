import { DeleteOutlined, PlusOutlined, SearchOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { useCan } from "../../api/session.ts";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count, RelativeTime } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { pick, useLanguage, useTexts } from "../../texts/texts.ts";
import { fromTree } from "./model/reading.ts";
import type { Vocabulary } from "./model/vocabulary.ts";
import { conditionText } from "./condition-text.ts";
import { DeleteDialog } from "./segment-acts.tsx";
import { type Segment, useSegments, useVocabulary } from "./segment-data.ts";
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

function SegmentTable({
  segments,
  vocabulary,
  may,
}: {
  segments: readonly Segment[];
  vocabulary: Vocabulary | undefined;
  may: boolean;
}) {
  const t = useTexts("segments");
  const language = useLanguage();
  const [params, setParams] = useSearchParams();
  const [asked, setAsked] = useState<Segment | null>(null);
  const text = params.get("q") ?? "";
  const shown = segments.filter((segment) => segment.name.toLowerCase().includes(text.trim().toLowerCase()));
  const sentence = (segment: Segment) => {
    if (vocabulary === undefined) return "";
    const draft = fromTree(segment.condition, vocabulary);
    if (draft === null) return pick(segment.sentence_zh, segment.sentence_en) || t("list.no_sentence");
    return conditionText(draft, vocabulary, language, t);
  };
  const columns: readonly Column<Segment>[] = [
    {
      key: "name",
      title: t("list.name"),
      wrap: true,
      render: (segment) => (
        <>
          <Link className="sg-list-name" to={`/segments/${segment.segment_id}`}>
            {segment.name}
          </Link>
          <p className="ht-note sg-list-sentence">{sentence(segment)}</p>
        </>
      ),
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
    {
      key: "counted",
      title: t("list.counted"),
      numeric: true,
      hide: "phone",
      render: (segment) =>
        segment.computed_at ? <RelativeTime at={segment.computed_at} /> : <span className="ht-none">—</span>,
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
            onClick={() => setAsked(segment)}
          />
        ) : null,
    },
  ];
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
            onChange={(event) =>
              setParams(event.target.value === "" ? {} : { q: event.target.value }, { replace: true })
            }
          />
        </label>
      </div>
      <DataTable
        label={t("list.table")}
        columns={columns}
        rows={shown}
        rowKey={(segment) => segment.segment_id}
        empty={<EmptyState small title={t("list.none")} />}
      />
      <DeleteDialog segment={asked} onClose={() => setAsked(null)} />
    </>
  );
}
