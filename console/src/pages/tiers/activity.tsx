import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CloseOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { Count } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, ErrorState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { say, sayError } from "../../parts/toast.tsx";
import { formatCount, formatDay, formatRatio } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { rowsOf, useMemberPages } from "../members/member-data.ts";
import { MemberTable } from "../members/member-table.tsx";
import {
  type Activity,
  type Knob,
  knobsOf,
  type MonthRow,
  type Rule,
  type Tried,
  useActivity,
  withKnob,
} from "./activity-data.ts";
import "./tiers.css";
import "./texts.ts";
import "../../parts/data-table.css";

/** Who counts as active in a month: the rules as sentences with numbers, the counts by month, the members behind each. */
export function ActivityPage() {
  const t = useTexts("tiers");
  const query = useActivity();
  return (
    <div className="ht-page">
      <PageHeader title={t("activity.title")} note={t("activity.note")} back={{ to: "/tiers", label: t("title") }} />
      <Loaded query={query} skeleton={<SkeletonTable rows={6} columns={6} />}>
        {(data) => <ActivityBody data={data} t={t} />}
      </Loaded>
    </div>
  );
}

function ActivityBody({ data, t }: { data: Activity; t: Translate }) {
  const [params] = useSearchParams();
  const months = [...new Set(data.months.map((row) => row.month))];
  const month = params.get("month");
  const rule = params.get("rule");
  const chosen = data.rules.find((one) => one.rule === rule);
  return (
    <>
      <Months data={data} months={months} t={t} />
      {month === null || chosen === undefined ? null : <Behind month={month} rule={chosen} t={t} />}
      <div className="tr-rules">
        {data.rules.map((one) => (
          <RuleCard key={`${one.rule}-${one.version}`} rule={one} month={months[0] ?? data.today.slice(0, 7)} t={t} />
        ))}
      </div>
    </>
  );
}

function Months({ data, months, t }: { data: Activity; months: readonly string[]; t: Translate }) {
  if (months.length === 0)
    return (
      <Card>
        <EmptyState title={t("activity.none")} text={t("activity.none_text")} />
      </Card>
    );
  const at = (rule: string, month: string) => data.months.find((row) => row.rule === rule && row.month === month);
  return (
    <Card title={t("activity.months")} note={t("activity.months_note", { n: formatCount(data.members) })} flush>
      <section className="ht-table-scroll tr-scroll" tabIndex={0} aria-label={t("activity.months")}>
        <table className="ht-table tr-months">
          <thead>
            <tr>
              <th scope="col">{t("activity.rule")}</th>
              {months.map((month) => (
                <th key={month} scope="col" className="ht-num">
                  {month}
                  <small>{stateOf(data, month, t)}</small>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.rules.map((rule) => (
              <tr key={rule.rule}>
                <th scope="row">{pick(rule.definition.zh, rule.definition.en)}</th>
                {months.map((month) => (
                  <MonthCell key={month} row={at(rule.rule, month)} rule={rule} members={data.members} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Card>
  );
}

function stateOf(data: Activity, month: string, t: Translate): string {
  const row = data.months.find((one) => one.month === month);
  if (row === undefined || row.is_closed) return t("activity.closed");
  return t("activity.through", { day: formatDay(row.through_day) });
}

function MonthCell({ row, rule, members }: { row: MonthRow | undefined; rule: Rule; members: number }) {
  if (row === undefined) return <td className="ht-num">—</td>;
  return (
    <td className="ht-num">
      <Count
        value={row.members}
        to={`?month=${row.month}&rule=${row.rule}`}
        label={`${row.month} ${pick(rule.definition.zh, rule.definition.en)}`}
      />
      <small>{formatRatio(members === 0 ? 0 : row.members / members)}</small>
    </td>
  );
}

function Behind({ month, rule, t }: { month: string; rule: Rule; t: Translate }) {
  const query = { month, rule: rule.rule };
  const pages = useMemberPages(["tiers", "activity", "members", query], "/api/tiers/activity/members", query);
  const rows = rowsOf(pages.data);
  const title = t("activity.behind", { month, name: pick(rule.definition.zh, rule.definition.en) });
  return (
    <Card
      title={title}
      flush
      extra={
        <Link to="?" preventScrollReset aria-label={t("list.close")} title={t("list.close")} className="tr-close">
          <CloseOutlined aria-hidden="true" />
        </Link>
      }
    >
      {pages.data === undefined && pages.error ? (
        <ErrorState small error={pages.error} retry={() => void pages.refetch()} />
      ) : null}
      {pages.data === undefined && !pages.error ? <SkeletonTable rows={5} columns={5} /> : null}
      {pages.data !== undefined && rows.length === 0 ? <EmptyState small title={t("list.empty")} /> : null}
      {rows.length > 0 ? (
        <MemberTable
          rows={rows}
          total={undefined}
          label={title}
          stale={pages.isPlaceholderData}
          more={
            pages.hasNextPage
              ? { load: () => void pages.fetchNextPage(), loading: pages.isFetchingNextPage }
              : undefined
          }
        />
      ) : null}
    </Card>
  );
}

/** One rule: its sentence, its numbers to try, and what the change would do to the running month. */
function RuleCard({ rule, month, t }: { rule: Rule; month: string; t: Translate }) {
  const { definition } = rule;
  const [tree, setTree] = useState<unknown>(definition.expression);
  const knobs = knobsOf(tree);
  const changed = JSON.stringify(tree) !== JSON.stringify(definition.expression);
  return (
    <Card
      title={pick(definition.zh, definition.en)}
      extra={
        <>
          <Chip tone={definition.level === "level" ? "accent" : "neutral"}>{t(`activity.${definition.level}`)}</Chip>
          <Chip>{t("edit.version", { n: rule.version })}</Chip>
        </>
      }
    >
      <p>{pick(definition.sentence_zh, definition.sentence_en)}</p>
      <p className="ht-note">
        {t("activity.example")} {definition.example.zh}{" "}
        {t(definition.example.value ? "activity.counts" : "activity.counts_not")}
      </p>
      <div className="tr-knobs">
        {knobs.map((knob) => (
          <KnobField
            key={knob.path.join("/")}
            knob={knob}
            onChange={(value) => setTree(withKnob(tree, knob.path, value))}
            t={t}
          />
        ))}
      </div>
      {changed ? (
        <TriedRule
          rule={rule}
          tree={tree}
          month={month}
          knobs={knobs}
          onReset={() => setTree(definition.expression)}
          t={t}
        />
      ) : null}
    </Card>
  );
}

function KnobField({ knob, onChange, t }: { knob: Knob; onChange: (value: number) => void; t: Translate }) {
  return (
    <label className="tr-knob">
      <span>{t(`activity.subject.${knob.subject}`)} ≥</span>
      <input
        className="ht-input"
        type="number"
        min={1}
        max={99}
        value={knob.value}
        onChange={(event) => {
          const value = Number(event.target.value);
          if (Number.isSafeInteger(value) && value >= 1 && value <= 99) onChange(value);
        }}
      />
    </label>
  );
}

interface TriedProps {
  readonly rule: Rule;
  readonly tree: unknown;
  readonly month: string;
  readonly knobs: readonly Knob[];
  readonly onReset: () => void;
  readonly t: Translate;
}

function TriedRule({ rule, tree, month, knobs, onReset, t }: TriedProps) {
  const manage = useCan("tiers.manage");
  const client = useQueryClient();
  const words = useTexts();
  const query = useQuery({
    queryKey: ["tiers", "activity", "tried", rule.rule, month, tree],
    queryFn: ({ signal }) =>
      api.post<Tried>(`/api/tiers/activity/${rule.rule}/what-if`, { expression: tree, month }, signal),
    placeholderData: (before) => before,
    retry: false,
  });
  const sentence = (language: "zh" | "en") =>
    knobs
      .map((knob) => t(`activity.sentence_${language}.${knob.subject}`, { n: knob.value }))
      .join(language === "zh" ? "，或" : " or ");
  const save = useMutation({
    mutationFn: () =>
      api.post(`/api/tiers/activity/${rule.rule}/versions`, {
        expression: tree,
        sentence_zh: `当月${sentence("zh")}。`,
        sentence_en: `In the month ${sentence("en")}.`,
      }),
    onSuccess: async () => {
      say(t("activity.saved"));
      await client.invalidateQueries({ queryKey: ["tiers", "activity"] });
    },
    onError: (error) => sayError(error, words("state.offline")),
  });
  const tried = query.data;
  return (
    <div className="tr-tried">
      {query.error ? <ErrorState small error={query.error} retry={() => void query.refetch()} /> : null}
      {tried === undefined ? null : (
        <p aria-live="polite">
          {t("activity.would", { month, before: formatCount(tried.before), members: formatCount(tried.members) })}{" "}
          <span className="ht-note">
            {t("activity.change", { gained: formatCount(tried.gained), lost: formatCount(tried.lost) })}
          </span>
        </p>
      )}
      <div className="ht-actions">
        {manage ? (
          <Button type="primary" loading={save.isPending} onClick={() => save.mutate()}>
            {t("activity.save")}
          </Button>
        ) : null}
        <Button onClick={onReset}>{t("activity.reset")}</Button>
      </div>
    </div>
  );
}
