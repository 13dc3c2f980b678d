import { useMutation, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { Link } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { say, sayError } from "../../parts/toast.tsx";
import { formatCount, formatDay } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { LimitsCard } from "./budget-limits.tsx";
import { useCodeOptions, useNameOf } from "./code-names.ts";
import {
  type Activation,
  inForceOn,
  type Overview,
  type Programmes,
  ruleNames,
  usePointsOverview,
  useProgramme,
  useProgrammes,
} from "./points-data.ts";
import { RuleList } from "./rule-list.tsx";
import "./points.css";
import "./texts.ts";

/** The programme in force in plain sentences, what is to follow, what could not be given, and all programmes. */
export function PointsPage() {
  const t = useTexts("points");
  const query = useProgrammes();
  const manage = useCan("points.manage");
  const current = query.data === undefined ? undefined : inForceOn(query.data.activations, query.data.today);
  return (
    <div className="ht-page">
      <PageHeader
        title={t("rules.title")}
        note={
          current === undefined
            ? undefined
            : t("rules.note", {
                name: pick(current.zh, current.en),
                version: current.version,
                day: formatDay(current.from_day),
              })
        }
        actions={
          current === undefined ? undefined : (
            <Link to={`/points/${current.programme}/edit`}>
              <Button type="primary" tabIndex={-1}>
                {manage ? t("rules.edit") : t("rules.try")}
              </Button>
            </Link>
          )
        }
      />
      <Loaded query={query} skeleton={<SkeletonBlock height={420} />}>
        {(data) => <RulesBody data={data} current={current} t={t} />}
      </Loaded>
    </div>
  );
}

interface BodyProps {
  readonly data: Programmes;
  readonly current: Activation | undefined;
  readonly t: Translate;
}

function RulesBody({ data, current, t }: BodyProps) {
  const planned = data.activations.filter(({ from_day }) => from_day > data.today).toReversed();
  return (
    <div className="ht-grid">
      <div className="ht-span-7 ht-stack">
        {current === undefined ? (
          <Card>
            <EmptyState title={t("empty.title")} text={t("empty.text")} />
          </Card>
        ) : (
          <InForce current={current} today={data.today} t={t} />
        )}
        <Refused t={t} />
      </div>
      <div className="ht-span-5 ht-stack">
        <LimitsCard t={t} />
        {planned.length === 0 ? null : <Planned planned={planned} t={t} />}
        <AllProgrammes data={data} current={current} t={t} />
      </div>
    </div>
  );
}

function InForce({ current, today, t }: { current: Activation; today: string; t: Translate }) {
  const query = useProgramme(current.programme);
  const nameOf = useNameOf(useCodeOptions());
  return (
    <Card title={t("rules.how")} note={t("rules.since", { day: formatDay(current.from_day) })}>
      <Loaded query={query} skeleton={<SkeletonBlock height={240} />} small>
        {({ versions }) => {
          const definition = versions.find(({ version }) => version === current.version)?.definition;
          return definition === undefined ? null : (
            <RuleList programme={definition} nameOf={nameOf} today={today} t={t} />
          );
        }}
      </Loaded>
    </Card>
  );
}

/** What will hold later, and the way to take it back until then. */
function Planned({ planned, t }: { planned: readonly Activation[]; t: Translate }) {
  const manage = useCan("points.manage");
  const client = useQueryClient();
  const words = useTexts();
  const withdraw = useMutation({
    mutationFn: (activation_id: number) => api.post(`/api/points/activations/${activation_id}/withdraw`),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["points"] });
      say(t("planned.withdrawn"));
    },
    onError: (error) => sayError(error, words("state.offline")),
  });
  return (
    <Card title={t("planned.title")} note={t("planned.note")}>
      <ul className="po-list">
        {planned.map((one) => (
          <li key={one.activation_id} className="po-line">
            <span>
              <strong>{formatDay(one.from_day)}</strong>{" "}
              {t("planned.from", { name: pick(one.zh, one.en), version: one.version })}
            </span>
            {manage ? (
              <Button loading={withdraw.isPending} onClick={() => withdraw.mutate(one.activation_id)}>
                {t("planned.withdraw")}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </Card>
  );
}

type RefusedRow = Overview["refused"][number];

/** Points that rules gave and the ledger refused; nothing is shown where there are none. */
function Refused({ t }: { t: Translate }) {
  const { data } = usePointsOverview();
  if (data === undefined || data.refused.length === 0) return null;
  const ruleName = ruleNames(data.rules);
  const columns: readonly Column<RefusedRow>[] = [
    { key: "rule", title: t("rule"), render: (row) => ruleName(row.rule) },
    {
      key: "why",
      title: t("refused.why"),
      wrap: true,
      render: (row) => t(`refused_why.${row.refused.replace("points.", "")}`, { defaultValue: row.refused }),
    },
    { key: "causes", title: t("refused.causes"), numeric: true, render: (row) => formatCount(row.causes) },
    {
      key: "points",
      title: t("refused.points"),
      numeric: true,
      render: (row) => t("n_points", { n: formatCount(row.points) }),
    },
  ];
  return (
    <Card
      title={t("refused.title")}
      note={t("refused.note")}
      extra={<Link to="/points/liability#budgets">{t("refused.budgets")}</Link>}
      flush
    >
      <DataTable
        label={t("refused.title")}
        columns={columns}
        rows={data.refused}
        rowKey={(row) => `${row.rule} ${row.refused}`}
        rowTone={() => "warn"}
      />
    </Card>
  );
}

/** All programmes: the one in force and those that one could start from. */
function AllProgrammes({ data, current, t }: BodyProps) {
  return (
    <Card title={t("all.title")} note={t("all.note")}>
      <ul className="po-list">
        {data.items.map((item) => (
          <li key={item.programme}>
            <p>
              <Link to={`/points/${item.programme}/edit`}>
                <strong>{pick(item.definition.zh, item.definition.en)}</strong>
              </Link>{" "}
              {current?.programme === item.programme ? (
                <Chip tone="good">{t("all.in_force", { n: current.version })}</Chip>
              ) : (
                <Chip>{item.origin === "shipped" ? t("all.template") : t("all.version", { n: item.version })}</Chip>
              )}
            </p>
            <p className="ht-note">{pick(item.definition.sentence_zh, item.definition.sentence_en)}</p>
          </li>
        ))}
      </ul>
    </Card>
  );
}
