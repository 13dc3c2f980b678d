import { Link } from "react-router";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Card } from "../../parts/page-header.tsx";
import { formatCount } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import type { Exception } from "../opening/opening-data.ts";
import "./texts.ts";

/** Members for whom something is not as asked: refused, or spent before it was taken back. */
export function ExceptionsCard({ exceptions }: { exceptions: readonly Exception[] }) {
  const t = useTexts("grants");
  if (exceptions.length === 0) return null;
  const columns: readonly Column<Exception>[] = [
    {
      key: "member",
      title: t("exceptions.member"),
      render: (row) => (
        <Link to={`/points/ledger?member=${row.owner}`}>{t("exceptions.number", { n: row.owner })}</Link>
      ),
    },
    { key: "points", title: t("exceptions.points"), numeric: true, render: (row) => formatCount(row.points) },
    { key: "taken", title: t("exceptions.taken"), numeric: true, render: (row) => formatCount(row.taken) },
    { key: "spent", title: t("exceptions.spent"), numeric: true, render: (row) => formatCount(row.spent) },
    {
      key: "why",
      title: t("exceptions.why"),
      wrap: true,
      render: (row) =>
        row.refused === null
          ? t("exceptions.was_spent")
          : t(`refused.${row.refused.replace(".", "_")}`, { defaultValue: row.refused }),
    },
  ];
  return (
    <Card flush title={t("exceptions.title")} note={t("exceptions.note")}>
      <DataTable label={t("exceptions.title")} columns={columns} rows={exceptions} rowKey={(row) => row.owner} />
    </Card>
  );
}
