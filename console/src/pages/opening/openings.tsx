import Button from "antd/es/button";
import { useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { api } from "../../api/client.ts";
import { useCan, useSession } from "../../api/session.ts";
import { NoPermission } from "../../shell/dead-ends.tsx";
import { Choices, StatusDot, type Tone } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count, Instant } from "../../parts/figures.tsx";
import { SelectField } from "../../parts/form.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonBlock, SkeletonTable } from "../../parts/states.tsx";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { DropZone } from "../imports/drop-zone.tsx";
import {
  DAY_FORMATS,
  KIND_NAMES,
  type Kind,
  kindOf,
  KINDS,
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
export const stateOf = ({ state, progress }: Opening): string =>
  state === "posted" || state === "undone" ? progress.state : state;

/** What members bring from the system before, by kind: a new file, and those that are there. */
export function OpeningsPage() {
  const t = useTexts("opening");
  const navigate = useNavigate();
  const permissions = useSession()?.permissions ?? [];
  const { kind: name } = useParams();
  const kinds = KIND_NAMES.filter((one) => permissions.includes(KINDS[one].permission));
  const kind = name === undefined ? (kinds[0] ?? "points") : kindOf(name);
  if (!kinds.includes(kind)) return <NoPermission permission={KINDS[kind].permission} />;
  return (
    <div className="ht-page">
      <PageHeader title={t("title")} note={t(`kind.${kind}.note`)} />
      <Choices
        label={t("kinds")}
        value={kind}
        onChange={(key) => void navigate(`/opening/${key}`)}
        items={kinds.map((key) => ({ key, label: t(`kind.${key}.title`) }))}
      />
      <Kinds key={kind} kind={kind} t={t} />
    </div>
  );
}

function Kinds({ kind, t }: { kind: Kind; t: Translate }) {
  const [params, setParams] = useSearchParams();
  const file = params.get("file") ?? "";
  const may = useCan("data.manage");
  const query = useOpenings(kind);
  return (
    <>
      {file !== "" ? (
        <FileCard kind={kind} file={file} onLeave={() => setParams({}, { replace: true })} t={t} />
      ) : may ? (
        <DropZone autoFocus={false} onDone={({ import_id }) => setParams({ file: String(import_id) })} />
      ) : null}
      <Card flush title={t("list.title")} note={t("list.note")}>
        <Loaded query={query} skeleton={<SkeletonTable columns={5} />}>
          {({ items }) => (
            <DataTable
              label={t("list.title")}
              columns={columns(kind, t)}
              rows={items}
              rowKey={(row) => row.opening_id}
              empty={<EmptyState small title={t(`kind.${kind}.empty`)} text={t(`kind.${kind}.empty_text`)} />}
            />
          )}
        </Loaded>
      </Card>
    </>
  );
}

const sumOf = ({ totals }: Opening, what: string) => totals?.find((line) => line.what === what)?.n;

function columns(kind: Kind, t: Translate): readonly Column<Opening>[] {
  const { sum } = KINDS[kind];
  return [
    {
      key: "file",
      title: t("list.file"),
      wrap: true,
      render: (row) => <Link to={`/opening/${kind}/${row.opening_id}`}>{row.file_name}</Link>,
    },
    {
      key: "state",
      title: t("list.state"),
      render: (row) => (
        <StatusDot tone={OPENING_TONES[stateOf(row)] ?? "neutral"}>{t(`state.${stateOf(row)}`)}</StatusDot>
      ),
    },
    ...(sum === "members"
      ? []
      : [
          {
            key: "sum",
            title: t(`list.${sum}`),
            numeric: true,
            render: (row: Opening) => <Count value={sumOf(row, sum)} />,
          },
        ]),
    {
      key: "members",
      title: t("list.members"),
      numeric: true,
      ...(sum === "members" ? {} : { hide: "phone" as const }),
      render: (row) => <Count value={sumOf(row, "members")} />,
    },
    {
      key: "wrong",
      title: t("list.wrong"),
      numeric: true,
      hide: "phone",
      render: (row) => <Count value={row.wrong} />,
    },
    { key: "at", title: t("list.at"), hide: "phone", render: (row) => <Instant at={row.progress.made_at} /> },
  ];
}

/** Which column is what: guessed by the head of the table, changed by hand, then read. */
function FileCard({ kind, file, onLeave, t }: { kind: Kind; file: string; onLeave: () => void; t: Translate }) {
  const query = useOpeningFile(kind, file);
  return (
    <Card title={query.data?.file_name ?? t("columns.title")} note={t("columns.note")}>
      <Loaded query={query} skeleton={<SkeletonBlock height={260} />}>
        {(data) => <Columns kind={kind} file={file} data={data} onLeave={onLeave} t={t} />}
      </Loaded>
    </Card>
  );
}

interface ColumnsProps {
  readonly kind: Kind;
  readonly file: string;
  readonly data: OpeningFile;
  readonly onLeave: () => void;
  readonly t: Translate;
}

function Columns({ kind, file, data, onLeave, t }: ColumnsProps) {
  const { fields: own, required } = KINDS[kind];
  const fields = ["member", ...own];
  const needed: readonly string[] = ["member", ...required];
  const navigate = useNavigate();
  const [reading, setReading] = useState<Partial<Reading>>(data.guess);
  const act = useOpeningAct(
    (wish: Partial<Reading>) =>
      api.post<Pick<Opening, "opening_id">>(KINDS[kind].api, { import_id: Number(file), reading: wish }),
    { done: null, onDone: (made) => made && void navigate(`/opening/${kind}/${made.opening_id}`) },
  );
  const change = (field: string, value: string | number | undefined) => {
    const { [field]: _, ...rest } = reading;
    setReading(value === undefined ? rest : { ...rest, [field]: value });
  };
  const samples = (column: number | undefined) =>
    column === undefined
      ? undefined
      : t("columns.samples", { values: (data.samples[column] ?? []).slice(0, 3).join("、") });
  const at = (field: string) => (typeof reading[field] === "number" ? reading[field] : undefined);
  const used = fields.flatMap((field) => at(field) ?? []);
  const ready =
    needed.every((field) => at(field) !== undefined) &&
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
        {fields.map((field) => (
          <SelectField
            key={field}
            label={t(`columns.${field}`)}
            value={at(field) === undefined ? "" : String(at(field))}
            onChange={(value) => change(field, value === "" ? undefined : Number(value))}
            hint={samples(at(field)) ?? t(field === "member" ? "columns.member_hint" : `kind.${kind}.hint.${field}`)}
            options={[
              { value: "", label: needed.includes(field) ? t("columns.choose") : t("columns.none") },
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
