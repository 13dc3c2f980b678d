import { DownloadOutlined, SafetyCertificateOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { api, withQuery } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Choices } from "../../parts/chips.tsx";
import { Instant } from "../../parts/figures.tsx";
import { SelectField } from "../../parts/form.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { sayError } from "../../parts/toast.tsx";
import { formatInstant } from "../../texts/format.ts";
import { addTexts, currentLanguage, useTexts } from "../../texts/texts.ts";
import { useTrustAct, word } from "../trust-risks/trust-data.ts";
import "./assessment.css";
import { type Assessment, type Listed, RESULTS, useAssessment, useAssessments } from "./assessment-data.ts";
import { ClauseTable } from "./clause-table.tsx";
import en from "./en.json";
import { ItemList } from "./item-list.tsx";
import { SignCard } from "./sign-card.tsx";
import zh from "./zh.json";

addTexts("trust-assessment", { zh, en });

type Filter = "open" | "all" | (typeof RESULTS)[number];
const FILTERS: readonly Filter[] = ["open", "not_met", "partly", "met", "not_applicable", "all"];

function countOf(assessment: Assessment, filter: Filter): number {
  return shownBy(assessment, filter).length;
}

function shownBy({ items }: Assessment, filter: Filter) {
  if (filter === "all") return items;
  if (filter === "open") return items.filter(({ result }) => result === "not_met" || result === "partly");
  return items.filter(({ result }) => result === filter);
}

function Details({ assessment }: { assessment: Assessment }) {
  const t = useTexts("trust-assessment");
  const [params, setParams] = useSearchParams();
  const filter = FILTERS.find((one) => one === params.get("result")) ?? "open";
  const choose = (next: Filter) =>
    setParams(
      (before) => {
        const changed = new URLSearchParams(before);
        changed.set("result", next);
        return changed;
      },
      { replace: true },
    );
  return (
    <>
      {assessment.demo ? (
        <p className="tm-demo" role="note">
          {t("demo")}
        </p>
      ) : null}
      <div className="ht-grid">
        <div className="ht-span-8">
          <Card title={t("clauses")} note={t("clauses_note")} flush>
            <ClauseTable assessment={assessment} />
          </Card>
        </div>
        <div className="ht-span-4">
          <SignCard assessment={assessment} />
        </div>
      </div>
      <Card
        title={t("items")}
        flush
        extra={
          <Choices
            label={t("items")}
            value={filter}
            items={FILTERS.map((key) => ({ key, label: t(`filter.${key}`), count: countOf(assessment, key) }))}
            onChange={choose}
          />
        }
      >
        <ItemList items={shownBy(assessment, filter)} />
      </Card>
    </>
  );
}

function Newest({
  listed,
  chosen,
  onChoose,
}: {
  listed: readonly Listed[];
  chosen: number;
  onChoose: (id: number) => void;
}) {
  const t = useTexts("trust-assessment");
  const query = useAssessment(chosen);
  return (
    <>
      {listed.length < 2 ? null : (
        <SelectField
          label={t("history")}
          value={String(chosen)}
          onChange={(value) => onChoose(Number(value))}
          options={listed.map((one) => ({
            value: String(one.assessment_id),
            label: t("history_line", {
              at: formatInstant(one.finished_at, { day: true }),
              met: one.counts.met,
              partly: one.counts.partly,
              not_met: one.counts.not_met,
              signed: one.signatures,
            }),
          }))}
        />
      )}
      <Loaded query={query} skeleton={<SkeletonBlock height={480} />}>
        {(assessment) => <Details assessment={assessment} />}
      </Loaded>
    </>
  );
}

export function AssessmentPage() {
  const t = useTexts("trust-assessment");
  const may = useCan("trust.assess");
  const [params, setParams] = useSearchParams();
  const [after, setAfter] = useState<number | null>(null);
  const query = useAssessments(after !== null);
  const listed = query.data?.items ?? [];
  const newest = listed[0]?.assessment_id;
  const chosen = Number(params.get("run") ?? newest ?? 0);
  useEffect(() => {
    if (after !== null && newest !== undefined && newest > after) setAfter(null);
  }, [after, newest]);
  const run = useTrustAct(async () => {
    try {
      await api.post("/api/trust/assessments");
      setAfter(newest ?? 0);
    } catch (error) {
      sayError(error, t("shared:state.offline"));
    }
  });
  const file = (format: string) =>
    withQuery(`/api/trust/assessments/${chosen}/file/${format}`, { language: currentLanguage() });
  const running = run.isPending || after !== null;
  return (
    <div className="ht-page">
      <PageHeader
        title={t("title")}
        note={listed[0] === undefined ? undefined : <Instant at={listed[0].finished_at} />}
        actions={
          <>
            {chosen === 0
              ? null
              : (["xlsx", "json"] as const).map((format) => (
                  <a key={format} className="ht-button" download href={file(format)}>
                    <DownloadOutlined aria-hidden="true" /> {t(`file.${format}`)}
                  </a>
                ))}
            {may ? (
              <Button type="primary" loading={running} onClick={() => run.mutate(undefined)}>
                {running ? t("running") : t("run")}
              </Button>
            ) : null}
          </>
        }
      />
      <Loaded query={query} skeleton={<SkeletonBlock height={480} />}>
        {({ disclaimer, items }) => (
          <>
            <p className="tm-disclaimer">{word(disclaimer)}</p>
            {items.length === 0 ? (
              <EmptyState icon={<SafetyCertificateOutlined />} title={t("none")} text={t("none_text")} />
            ) : (
              <Newest
                listed={items}
                chosen={chosen}
                onChoose={(id) =>
                  setParams((before) => {
                    const changed = new URLSearchParams(before);
                    changed.set("run", String(id));
                    return changed;
                  })
                }
              />
            )}
          </>
        )}
      </Loaded>
    </div>
  );
}
