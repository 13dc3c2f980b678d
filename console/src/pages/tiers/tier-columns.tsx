import { Link } from "react-router";
import type { Column } from "../../parts/data-table.tsx";
import { DayText, Money } from "../../parts/figures.tsx";
import { pick, type Translate } from "../../texts/texts.ts";
import { amountText, type ListedMember, type Overview } from "./tier-data.ts";

export type List = "tier" | "near" | "fall" | "moved";
type Columns = readonly Column<ListedMember>[];
type Cell = (row: ListedMember) => string | number | null;

const day = (value: string | null, otherwise: string) => (value === null ? otherwise : <DayText day={value} />);

/** What a list says of each member: always who, then what the list is about. */
export function columnsOf(data: Overview, list: List, t: Translate): Columns {
  const name = (key: string | null) => {
    const found = data.tiers.find((row) => row.tier === key);
    return found === undefined ? (key ?? "—") : pick(found.zh, found.en);
  };
  const words: Words = { data, t, name };
  const about = { tier: tierColumns, near: nearColumns, fall: fallColumns, moved: movedColumns }[list];
  return [...memberColumns(t), ...about(words)];
}

interface Words {
  readonly data: Overview;
  readonly t: Translate;
  readonly name: (key: string | null) => string;
}

function memberColumns(t: Translate): Columns {
  return [
    {
      key: "member",
      title: t("list.member"),
      render: (row) => (
        <Link to={`/members/${row.member_id}`}>{row.name_masked ?? t("list.no_name", { n: row.member_id })}</Link>
      ),
    },
    { key: "store", title: t("list.store"), hide: "tablet", render: (row) => row.home_store ?? "—" },
  ];
}

function amountColumn({ data, t }: Words, key: string, value: Cell, hide?: "phone"): Column<ListedMember> {
  return {
    key,
    title: t(`list.${key}`),
    numeric: true,
    ...(hide === undefined ? {} : { hide }),
    render: (row) => {
      const amount = value(row);
      return amount === null ? "—" : amountText(data.definition, Number(amount), t);
    },
  };
}

const qualifying = (words: Words) => amountColumn(words, "qualifying", (row) => row.standing.qualifying, "phone");

function tierColumns(words: Words): Columns {
  const { t } = words;
  return [
    qualifying(words),
    {
      key: "until",
      title: t("list.valid_until"),
      numeric: true,
      hide: "phone",
      render: (row) => day(row.standing.valid_until, t("list.endless")),
    },
    { key: "net", title: t("list.net"), numeric: true, render: (row) => <Money minor={row.net_fen} /> },
  ];
}

function nearColumns(words: Words): Columns {
  return [
    { key: "now", title: words.t("table.tier"), hide: "phone", render: (row) => words.name(row.standing.tier) },
    qualifying(words),
    amountColumn(words, "missing", (row) => row.standing.missing),
  ];
}

function fallColumns(words: Words): Columns {
  const { t, name } = words;
  return [
    {
      key: "falls",
      title: t("list.falls"),
      render: (row) => `${name(row.standing.tier)} → ${name(row.standing.falls_to)}`,
    },
    amountColumn(words, "to_keep", (row) => row.standing.to_keep),
    {
      key: "decided",
      title: t("list.decided_on"),
      numeric: true,
      hide: "phone",
      render: (row) => day(row.standing.decided_on, "—"),
    },
  ];
}

function movedColumns({ t, name }: Words): Columns {
  return [
    {
      key: "change",
      title: t("list.change"),
      render: (row) => `${name(row.standing.from_tier)} → ${name(row.standing.tier)}`,
    },
    {
      key: "reason",
      title: t("list.reason"),
      hide: "phone",
      render: (row) => t(`reason.${row.standing.reason ?? "corrected"}`),
    },
    { key: "on", title: t("list.moved_on"), numeric: true, render: (row) => day(row.standing.moved_on, "—") },
  ];
}
