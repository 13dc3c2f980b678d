import Button from "antd/es/button";
import { useState } from "react";
import { Link } from "react-router";
import { download } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { type SetAddress, useAddress } from "../../parts/address.ts";
import { Chip, Choices } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Instant } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { ReasonDialog } from "../../parts/reason-dialog.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { currentDay } from "../../texts/format.ts";
import { currentLanguage, type Translate, useTexts } from "../../texts/texts.ts";
import { MessageDialog } from "./log-dialog.tsx";
import { Fate, SourceWord } from "./log-words.tsx";
import { ReasonBars } from "./reason-bars.tsx";
import {
  CHANNELS,
  type Logged,
  type MessageState,
  nameOf,
  type Outcome,
  useLog,
  useMessageAct,
  useOutcomes,
  useTemplates,
} from "./messages-data.ts";
import "./messages.css";
import "./texts.ts";

const CHOICES = ["", "accepted", "held", "refused", "unknown", "prepared", "open"] as const;
type StateChoice = (typeof CHOICES)[number];
const OPEN: ReadonlySet<MessageState> = new Set<MessageState>(["waiting", "sending", "asking"]);
const FILTERS = [
  "state",
  "reason",
  "delivery",
  "channel",
  "template",
  "source",
  "member_id",
  "message_id",
  "from",
  "to",
] as const;
const DAYS = 7;
const DAY_MS = 86_400_000;

const daysAgo = (day: string, days: number) =>
  new Date(Date.parse(`${day}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);

/** The filters of the address bar; without any day and any single member or message, the last week. */
function useLogFilter() {
  const { params, of, set } = useAddress();
  const chosen = Object.fromEntries(FILTERS.map((name) => [name, of(name)])) as Record<
    (typeof FILTERS)[number],
    string
  >;
  const narrow = chosen.member_id !== "" || chosen.message_id !== "";
  const today = currentDay();
  const from = chosen.from === "" && chosen.to === "" && !narrow ? daysAgo(today, DAYS - 1) : chosen.from;
  const filter = { ...chosen, from };
  const asked = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ""));
  return { filter, asked, set, opened: params.get("open") };
}

const columns = (t: Translate, onOpen: (row: Logged) => void): readonly Column<Logged>[] => [
  { key: "at", title: t("log.at"), hide: "phone", render: (row) => <Instant at={row.requested_at} /> },
  {
    key: "member",
    title: t("log.member"),
    render: (row) => (
      <span className="ht-cell-two">
        <Link to={`/members/${row.member_id}`}>{row.name_masked ?? `#${row.member_id}`}</Link>
        <small>#{row.member_id}</small>
      </span>
    ),
  },
  {
    key: "template",
    title: t("log.template"),
    hide: "phone",
    render: (row) => (
      <span className="ht-cell-two">
        <span className="ht-row">
          <Link to={`/templates/${row.template}`}>{nameOf({ template: row.template, name: row.template_name })}</Link>
          {row.test ? <Chip tone="accent">{t("source.test")}</Chip> : null}
        </span>
        <small>
          {t(`channel.${row.channel}`)}
          {row.version === null ? "" : ` · ${t("version_n", { n: row.version })}`}
        </small>
      </span>
    ),
  },
  { key: "source", title: t("log.source"), hide: "tablet", render: (row) => <SourceWord row={row} /> },
  { key: "fate", title: t("log.fate"), wrap: true, render: (row) => <Fate row={row} /> },
  {
    key: "act",
    title: <span className="ht-hidden">{t("log.open")}</span>,
    numeric: true,
    render: (row) => {
      const word = t(row.state === "held" || row.state === "refused" ? "log.why" : "log.open");
      return (
        <Button size="small" aria-label={t("log.open_of", { word, n: row.message_id })} onClick={() => onOpen(row)}>
          {word}
        </Button>
      );
    },
  },
];

/** Every message with what became of it, and for each that did not go out why. */
export function LogPage() {
  const t = useTexts("messages");
  const { filter, asked, set, opened } = useLogFilter();
  const { state: _state, reason, delivery: _delivery, message_id: _one, ...counted } = asked;
  const query = useLog(asked);
  const outcomes = useOutcomes(counted);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const open = rows.find((row) => String(row.message_id) === opened);
  return (
    <div className="ht-page">
      <PageHeader title={t("log.title")} note={t("log.note")} actions={<Export filter={asked} />} />
      <Card flush>
        <Filters filter={filter} set={set} counts={outcomes.data?.items ?? []} />
      </Card>
      <ReasonBars
        outcomes={outcomes.data?.items ?? []}
        reason={reason ?? ""}
        onReason={(next) => set({ reason: next, state: "" })}
      />
      <Card flush>
        <Loaded query={query} skeleton={<SkeletonTable columns={5} />}>
          {() => (
            <DataTable
              label={t("log.title")}
              columns={columns(t, (row) => set({ open: String(row.message_id) }))}
              rows={rows}
              rowKey={(row) => row.message_id}
              onRow={(row) => set({ open: String(row.message_id) })}
              empty={<EmptyState title={t("log.empty")} text={t("log.empty_text")} />}
              more={
                query.hasNextPage
                  ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage }
                  : undefined
              }
            />
          )}
        </Loaded>
      </Card>
      {open === undefined ? null : <MessageDialog row={open} onClose={() => set({ open: "" })} />}
    </div>
  );
}

interface FiltersProps {
  readonly filter: Readonly<Record<(typeof FILTERS)[number], string>>;
  readonly set: SetAddress;
  readonly counts: readonly Outcome[];
}

function Filters({ filter, set, counts }: FiltersProps) {
  const t = useTexts("messages");
  const templates = useTemplates().data?.items ?? [];
  const of = (choice: StateChoice) =>
    counts
      .filter(({ state }) => choice === "" || state === choice || (choice === "open" && OPEN.has(state)))
      .reduce((sum, { messages }) => sum + messages, 0);
  const choose = (name: string, label: string, options: readonly (readonly [string, string])[]) => (
    <select
      className="ht-select"
      aria-label={label}
      value={filter[name as "channel"]}
      onChange={(event) => set({ [name]: event.target.value })}
    >
      <option value="">{t("log.any", { what: label })}</option>
      {options.map(([value, word]) => (
        <option key={value} value={value}>
          {word}
        </option>
      ))}
    </select>
  );
  const sources = ["journeys", "benefits", "test", "example"];
  const known = filter.source === "" || sources.includes(filter.source) ? sources : [...sources, filter.source];
  return (
    <div className="ms-filters">
      <Choices
        label={t("log.fate")}
        value={filter.state as StateChoice}
        onChange={(state) => set({ state, reason: "" })}
        items={CHOICES.map((key) => ({
          key,
          label: t(key === "" ? "all" : `choice.${key}`),
          count: of(key),
        }))}
      />
      {choose(
        "channel",
        t("field.channel"),
        CHANNELS.map((one) => [one, t(`channel.${one}`)]),
      )}
      {choose(
        "template",
        t("log.template"),
        templates.map((one) => [one.template, nameOf(one)]),
      )}
      {choose(
        "source",
        t("log.source"),
        known.map((one) => [one, t(`source.${one}`, { defaultValue: one })]),
      )}
      <Days filter={filter} set={set} />
      {filter.delivery === "" ? null : (
        <Button size="small" onClick={() => set({ delivery: "" })}>
          {t("log.only_delivery", { n: t(`delivery.${filter.delivery}`) })} ✕
        </Button>
      )}
      {(["member_id", "message_id"] as const)
        .filter((name) => filter[name] !== "")
        .map((name) => (
          <Button key={name} size="small" onClick={() => set({ [name]: "" })}>
            {t(`log.only_${name}`, { n: filter[name] })} ✕
          </Button>
        ))}
    </div>
  );
}

function Days({ filter, set }: Pick<FiltersProps, "filter" | "set">) {
  const t = useTexts("messages");
  return (
    <>
      {(["from", "to"] as const).map((name) => (
        <label key={name} className="ms-check">
          {t(`log.${name}`)}
          <input
            type="date"
            className="ht-input"
            value={filter[name]}
            onChange={(event) => set({ [name]: event.target.value })}
          />
        </label>
      ))}
    </>
  );
}

function Export({ filter }: { filter: Readonly<Record<string, string>> }) {
  const t = useTexts("messages");
  const may = useCan("channels.export");
  const [open, setOpen] = useState(false);
  const { member_id, message_id, ...rest } = filter;
  const numbers = {
    ...(member_id === undefined ? {} : { member_id: Number(member_id) }),
    ...(message_id === undefined ? {} : { message_id: Number(message_id) }),
  };
  const take = useMessageAct(
    (reason_of_export: string) =>
      download("/api/messages/export", { ...rest, ...numbers, reason_of_export, language: currentLanguage() }),
    { done: t("log.exported"), onDone: () => setOpen(false) },
  );
  if (!may) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("log.export")}</Button>
      {open ? (
        <ReasonDialog
          title={t("log.export")}
          text={t("log.export_text")}
          act={t("log.export")}
          busy={take.isPending}
          onClose={() => setOpen(false)}
          onAct={(reason) => take.mutate(reason)}
        />
      ) : null}
    </>
  );
}
