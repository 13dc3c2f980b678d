import { Link as To, useSearchParams } from "react-router";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { ribbonPath, type Sankey, sankeyOf } from "./sankey.ts";
import type { Flow, FlowView } from "./value-data.ts";
import "./flows.css";

const WIDTH = 640;
const HEIGHT = 440;
const BAR = 10;
const WORDS = 128;
const HEAD = 24;

interface FlowsCardProps {
  readonly view: FlowView;
  /** All states, best first: a way up the list is good. */
  readonly order: readonly string[];
  readonly nameOf: (state: string) => string;
  /** The members who are in a state now. */
  readonly linkTo: (state: string) => string | undefined;
  readonly note: string;
}

/** How members moved in one month: a Sankey diagram and its table; the month stands in the address. */
export function FlowsCard({ view, order, nameOf, linkTo, note }: FlowsCardProps) {
  const t = useTexts("value");
  const [params] = useSearchParams();
  const flows = view.flows ?? [];
  const months = [...new Set(flows.map((flow) => flow.month))];
  const month = months.find((one) => one === params.get("month")) ?? months.at(-1);
  if (month === undefined)
    return (
      <Card title={t("flows.title")}>
        <EmptyState small title={t("flows.empty")} text={t("flows.empty_text")} />
      </Card>
    );
  const own = flows.filter((flow) => flow.month === month && flow.members + (flow.closed_members ?? 0) > 0);
  return (
    <Card title={t("flows.title")} note={note}>
      <nav className="vl-months" aria-label={t("flows.months")}>
        {months.map((one) => (
          <To
            key={one}
            to={`?month=${one}`}
            preventScrollReset
            className="vl-month"
            {...(one === month ? { "aria-current": "true" as const } : {})}
          >
            {one}
            {view.through_day?.startsWith(one) ? ` ${t("flows.running")}` : ""}
          </To>
        ))}
      </nav>
      <div className="vl-flow">
        <section className="vl-picture" tabIndex={0} aria-label={t("flows.picture", { month })}>
          <Diagram flows={own} order={order} nameOf={nameOf} month={month} t={t} />
        </section>
        <div className="vl-flow-table">
          <FlowTable flows={own} order={order} nameOf={nameOf} linkTo={linkTo} t={t} />
        </div>
      </div>
    </Card>
  );
}

interface DiagramProps {
  readonly flows: readonly Flow[];
  readonly order: readonly string[];
  readonly nameOf: (state: string) => string;
  readonly t: Translate;
}

function Diagram({ flows, order, nameOf, month, t }: DiagramProps & { month: string }) {
  const links = flows.map((flow) => ({ from: flow.from_state, to: flow.to_state, members: flow.members }));
  const sankey = sankeyOf(links, order, HEIGHT);
  return (
    <svg
      className="vl-sankey"
      viewBox={`0 0 ${WIDTH} ${HEIGHT + HEAD}`}
      role="img"
      aria-label={t("flows.picture", { month })}
    >
      <text className="vl-head" x={0} y={12}>
        {t("flows.before")}
      </text>
      <text className="vl-head" x={WIDTH} y={12} textAnchor="end">
        {t("flows.after")}
      </text>
      <g transform={`translate(0 ${HEAD})`}>
        <Ribbons sankey={sankey} order={order} nameOf={nameOf} />
        {sankey.left.map((node) => (
          <g key={node.key}>
            <rect className="vl-node" x={WORDS} y={node.y} width={BAR} height={Math.max(1, node.height)} />
            <text x={WORDS - 6} y={node.y + Math.max(6, node.height / 2) + 4} textAnchor="end">
              {nameOf(node.key)} {formatCount(node.members)}
            </text>
          </g>
        ))}
        {sankey.right.map((node) => (
          <g key={node.key}>
            <rect
              className="vl-node"
              x={WIDTH - WORDS - BAR}
              y={node.y}
              width={BAR}
              height={Math.max(1, node.height)}
            />
            <text x={WIDTH - WORDS + 6} y={node.y + Math.max(6, node.height / 2) + 4}>
              {nameOf(node.key)} {formatCount(node.members)}
            </text>
          </g>
        ))}
      </g>
    </svg>
  );
}

function Ribbons({ sankey, order, nameOf }: { sankey: Sankey } & Pick<DiagramProps, "order" | "nameOf">) {
  return (
    <>
      {sankey.ribbons.map((ribbon) => {
        const way = order.indexOf(ribbon.to) - order.indexOf(ribbon.from);
        const tone = way === 0 ? "vl-ribbon-stay" : way < 0 ? "vl-ribbon-up" : "vl-ribbon-down";
        return (
          <path
            key={`${ribbon.from} ${ribbon.to}`}
            className={`vl-ribbon ${tone}`}
            d={ribbonPath(ribbon, WORDS + BAR, WIDTH - WORDS - BAR)}
          >
            <title>{`${nameOf(ribbon.from)} → ${nameOf(ribbon.to)} ${formatCount(ribbon.members)}`}</title>
          </path>
        );
      })}
    </>
  );
}

function FlowTable({ flows, nameOf, linkTo, t }: DiagramProps & Pick<FlowsCardProps, "linkTo">) {
  const rows = flows.toSorted((a, b) => {
    const stay = Number(a.from_state === a.to_state) - Number(b.from_state === b.to_state);
    return stay || b.members - a.members;
  });
  const columns: readonly Column<Flow>[] = [
    { key: "from", title: t("flows.from"), render: (row) => nameOf(row.from_state) },
    {
      key: "to",
      title: t("flows.to"),
      render: (row) => {
        const to = linkTo(row.to_state);
        return to === undefined ? nameOf(row.to_state) : <To to={to}>{nameOf(row.to_state)}</To>;
      },
    },
    { key: "members", title: t("table.members"), numeric: true, render: (row) => <Count value={row.members} /> },
    {
      key: "closed",
      title: t("flows.closed"),
      numeric: true,
      render: (row) => <Count value={row.closed_members} />,
    },
  ];
  return (
    <DataTable
      label={t("flows.title")}
      columns={columns}
      rows={rows}
      rowKey={(row) => `${row.from_state} ${row.to_state}`}
    />
  );
}
