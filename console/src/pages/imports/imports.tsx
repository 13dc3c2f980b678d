import { Link, useNavigate, useSearchParams } from "react-router";
import { type Kind, useKinds } from "../../api/vocabulary.ts";
import { useCan } from "../../api/session.ts";
import { Chip, type Tone } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count, RelativeTime } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatBytes } from "../../texts/format.ts";
import { addTexts, type Translate, useTexts } from "../../texts/texts.ts";
import { DropZone } from "./drop-zone.tsx";
import en from "./en.json";
import { type ImportState, type ImportView, useImports } from "./import-data.ts";
import "./imports.css";
import zh from "./zh.json";

addTexts("imports", { zh, en });

export const STATE_TONES: Readonly<Record<ImportState, Tone>> = {
  uploaded: "warn",
  mapped: "warn",
  checked: "warn",
  running: "info",
  done: "good",
  failed: "bad",
  cancelled: "neutral",
  undone: "neutral",
};

function columns(t: Translate, kinds: readonly Kind[] | undefined): readonly Column<ImportView>[] {
  const kindName = (kind: string | null) => kinds?.find((one) => one.kind === kind)?.label ?? kind ?? "—";
  return [
    {
      key: "file",
      title: t("file"),
      render: (row) => (
        <span className="ht-cell-two">
          <Link to={`/data/imports/${row.import_id}`}>{row.file_name}</Link>
          <small>{formatBytes(row.bytes)}</small>
        </span>
      ),
    },
    {
      key: "state",
      title: t("state"),
      render: (row) => <Chip tone={STATE_TONES[row.state]}>{t(`states.${row.state}`)}</Chip>,
    },
    { key: "kind", title: t("kind"), hide: "phone", render: (row) => kindName(row.record_kind) },
    { key: "rows", title: t("rows"), numeric: true, hide: "phone", render: (row) => <Count value={row.rows} /> },
    {
      key: "accepted",
      title: t("accepted"),
      numeric: true,
      render: (row) => <Count value={row.state === "done" ? row.report?.accepted : null} />,
    },
    { key: "when", title: t("when"), numeric: true, render: (row) => <RelativeTime at={row.created_at} /> },
  ];
}

export function ImportsPage() {
  const t = useTexts("imports");
  const query = useImports();
  const kinds = useKinds();
  const navigate = useNavigate();
  const may = useCan("data.manage");
  const [params] = useSearchParams();
  return (
    <div className="ht-page">
      <PageHeader title={t("title")} note={t("note")} />
      {may ? <DropZone autoFocus={params.get("new") === "1"} /> : null}
      <Card flush title={t("list")} note={t("list_note")}>
        <Loaded query={query} skeleton={<SkeletonTable columns={6} />}>
          {(data) => (
            <DataTable
              label={t("list")}
              columns={columns(t, kinds)}
              rows={data.items}
              rowKey={(row) => row.import_id}
              onRow={(row) => void navigate(`/data/imports/${row.import_id}`)}
              empty={<EmptyState small title={t("empty_title")} text={t("empty_text")} />}
            />
          )}
        </Loaded>
      </Card>
    </div>
  );
}
