import Button from "antd/es/button";
import { useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { StatusDot, type Tone } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count, Instant } from "../../parts/figures.tsx";
import { SelectField } from "../../parts/form.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonBlock, SkeletonTable } from "../../parts/states.tsx";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { DropZone } from "../imports/drop-zone.tsx";
import {
  COLUMN_FIELDS,
  DAY_FORMATS,
  MEMBER_KEYS,
  type Opening,
  type OpeningFile,
  type Reading,
  useOpeningAct,
  useOpeningFile,
  useOpenings,
} from "./opening-data.ts";
import "./opening.css";
import "./texts.ts";

export const OPENING_TONES: Readonly<Record<string, Tone>> = {
  new: "warn",
  checked: "warn",
  running: "info",
  done: "good",
  cancelled: "warn",
  undoing: "info",
  undone: "neutral",
};

/** Before the signature an opening's own state, after it that of its giving. */
export const stateOf = ({ state, bulk }: Opening): string =>
  state === "posted" || state === "undone" ? bulk.state : state;

/** Points that members bring from the system before: a new file, and those that are there. */
export function OpeningsPage() {
  const t = useTexts("opening");
  const [params, setParams] = useSearchParams();
  const file = params.get("file") ?? "";
  const may = useCan("data.manage");
  const query = useOpenings();
  return (
    <div className="ht-page">
      <PageHeader title={t("title")} note={t("note")} />
      {file !== "" ? (
        <FileCard file={file} onLeave={() => setParams({}, { replace: true })} t={t} />
      ) : may ? (
        <DropZone autoFocus={false} onDone={({ import_id }) => setParams({ file: String(import_id) })} />
      ) : null}
      <Card flush title={t("list.title")} note={t("list.note")}>
        <Loaded query={query} skeleton={<SkeletonTable columns={5} />}>
          {({ items }) => (
            <DataTable
              label={t("list.title")}
              columns={columns(t)}
              rows={items}
              rowKey={(row) => row.opening_id}
              empty={<EmptyState small title={t("list.empty")} text={t("list.empty_text")} />}
            />
          )}
        </Loaded>
      </Card>
    </div>
  );
}

function columns(t: Translate): readonly Column<Opening>[] {
  return [
    {
      key: "file",
      title: t("list.file"),
      wrap: true,
      render: (row) => <Link to={`/points/opening/${row.opening_id}`}>{row.file_name}</Link>,
    },
    {
      key: "state",
      title: t("list.state"),
      render: (row) => (
        <StatusDot tone={OPENING_TONES[stateOf(row)] ?? "neutral"}>{t(`state.${stateOf(row)}`)}</StatusDot>
      ),
    },
    { key: "points", title: t("list.points"), numeric: true, render: (row) => <Count value={row.totals?.points} /> },
    {
      key: "members",
      title: t("list.members"),
      numeric: true,
      hide: "phone",
      render: (row) => <Count value={row.totals?.members} />,
    },
    {
      key: "wrong",
      title: t("list.wrong"),
      numeric: true,
      hide: "phone",
      render: (row) => <Count value={row.wrong} />,
    },
    { key: "at", title: t("list.at"), hide: "phone", render: (row) => <Instant at={row.bulk.made_at} /> },
  ];
}

/** Which column is what: guessed by the head of the table, changed by hand, then read. */
function FileCard({ file, onLeave, t }: { file: string; onLeave: () => void; t: Translate }) {
  const query = useOpeningFile(file);
  return (
    <Card title={query.data?.file_name ?? t("columns.title")} note={t("columns.note")}>
      <Loaded query={query} skeleton={<SkeletonBlock height={260} />}>
        {(data) => <Columns file={file} data={data} onLeave={onLeave} t={t} />}
      </Loaded>
    </Card>
  );
}

interface ColumnsProps {
  readonly file: string;
  readonly data: OpeningFile;
  readonly onLeave: () => void;
  readonly t: Translate;
}

function Columns({ file, data, onLeave, t }: ColumnsProps) {
  const navigate = useNavigate();
  const [reading, setReading] = useState<Partial<Reading>>(data.guess);
  const act = useOpeningAct(
    (wish: Partial<Reading>) => api.post<Opening>("/api/points/openings", { import_id: Number(file), reading: wish }),
    { done: null, onDone: (made) => made && void navigate(`/points/opening/${made.opening_id}`) },
  );
  const change = (field: string, value: string | number | undefined) => {
    const { [field as keyof Reading]: _, ...rest } = reading;
    setReading(value === undefined ? rest : { ...rest, [field]: value });
  };
  const samples = (column: number | undefined) =>
    column === undefined
      ? undefined
      : t("columns.samples", { values: (data.samples[column] ?? []).slice(0, 3).join("、") });
  const used = COLUMN_FIELDS.flatMap((field) => (reading[field] === undefined ? [] : [reading[field]]));
  const ready =
    reading.member !== undefined &&
    reading.points !== undefined &&
    reading.member_key !== undefined &&
    new Set(used).size === used.length;
  return (
    <div className="ht-stack">
      <div className="op-fields">
        <SelectField
          label={t("columns.member_key")}
          value={reading.member_key ?? ""}
          onChange={(value) => change("member_key", value)}
          options={[
            ...(reading.member_key === undefined ? [{ value: "", label: t("columns.choose") }] : []),
            ...MEMBER_KEYS.map((value) => ({ value, label: t(`member_key.${value}`) })),
          ]}
        />
        {COLUMN_FIELDS.map((field) => (
          <SelectField
            key={field}
            label={t(`columns.${field}`)}
            value={reading[field] === undefined ? "" : String(reading[field])}
            onChange={(value) => change(field, value === "" ? undefined : Number(value))}
            hint={samples(reading[field]) ?? t(`columns.${field}_hint`)}
            options={[
              { value: "", label: field === "member" || field === "points" ? t("columns.choose") : t("columns.none") },
              ...data.columns.map((name, index) => ({ value: String(index), label: name })),
            ]}
          />
        ))}
        <SelectField
          label={t("columns.day_format")}
          value={reading.day_format ?? "auto"}
          onChange={(value) => change("day_format", value)}
          options={DAY_FORMATS.map((value) => ({ value, label: t(`day_format.${value}`) }))}
        />
      </div>
      {new Set(used).size === used.length ? null : <p className="ht-field-error">{t("columns.twice")}</p>}
      <div className="ht-row">
        <Button type="primary" disabled={!ready} loading={act.isPending} onClick={() => act.mutate(reading)}>
          {t("columns.check")}
        </Button>
        <Button onClick={onLeave}>{t("columns.other")}</Button>
        <span className="ht-note">{t("columns.harmless")}</span>
      </div>
    </div>
  );
}
