import { Link } from "react-router";
import { Chip } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Card } from "../../parts/page-header.tsx";
import { formatCount } from "../../texts/format.ts";
import { pick, type Translate } from "../../texts/texts.ts";
import type { RowException } from "./opening-data.ts";

/** Rows for which something is not as asked: refused when they were given, or left as they are by an undo. */
export function LeftCard({ rows, t }: { rows: readonly RowException[]; t: Translate }) {
  if (rows.length === 0) return null;
  const columns: readonly Column<RowException>[] = [
    { key: "row", title: t("problems.row"), numeric: true, width: "80px", render: (row) => formatCount(row.row) },
    {
      key: "member",
      title: t("problems.member"),
      render: (row) => <Link to={`/members/${row.owner}`}>{t("left.number", { n: row.owner })}</Link>,
    },
    {
      key: "state",
      title: t("list.state"),
      render: (row) => <Chip tone={row.state === "kept" ? "warn" : "bad"}>{t(`left.${row.state}`)}</Chip>,
    },
    { key: "why", title: t("problems.why"), wrap: true, render: (row) => pick(row.zh, row.en) },
  ];
  return (
    <Card flush title={t("left.title")} note={t("left.note")}>
      <DataTable label={t("left.title")} columns={columns} rows={rows} rowKey={(row) => row.row} />
    </Card>
  );
}
