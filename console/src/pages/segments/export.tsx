import Button from "antd/es/button";
import { useState } from "react";
import { Link } from "react-router";
import { isAsked } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Chip, Choices } from "../../parts/chips.tsx";
import { FormError, SelectField, TextField } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, errorSentence, Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { say } from "../../parts/toast.tsx";
import { formatCount, listText } from "../../texts/format.ts";
import { pick, type Translate, useLanguage, useTexts } from "../../texts/texts.ts";
import {
  type ExportColumn,
  type ExportDraft,
  type ExportOffer,
  useAskExport,
  useExportOffer,
  useSnapshotsOf,
} from "./export-data.ts";
import { ExportList } from "./export-list.tsx";
import "./export.css";
import "./texts.ts";

const GROUPS = ["identity", "profile", "layers", "tags"] as const;
/** What a list for another system needs at least, and what an operator asks for first. */
const FIRST = [
  "member_id",
  "name_masked",
  "phone_masked",
  "members.home_store_code",
  "members.city",
  "member_tier.tier",
  "rfm.cell",
];

/** The members of a segment or of one of its snapshots as a file, and the files that were made. */
export function SegmentExport({ segmentId }: { segmentId: number | string }) {
  const t = useTexts("segments");
  const allowed = useCan("segments.export");
  const id = Number(segmentId);
  const offer = useExportOffer(allowed);
  if (!allowed) return <EmptyState title={t("export.denied_title")} text={t("export.denied_text")} />;
  return (
    <div className="ht-stack">
      <Loaded query={offer} skeleton={<SkeletonBlock height={420} />}>
        {(offered) => (
          <>
            <ExportForm segmentId={id} offer={offered} />
            <ExportList segmentId={id} offer={offered} />
          </>
        )}
      </Loaded>
    </div>
  );
}

function ExportForm({ segmentId, offer }: { segmentId: number; offer: ExportOffer }) {
  const t = useTexts("segments");
  const shared = useTexts();
  useLanguage();
  const offered = new Set(offer.columns.map(({ key }) => key));
  const [draft, setDraft] = useState<ExportDraft>({
    snapshot_id: null,
    columns: FIRST.filter((key) => offered.has(key)),
    format: "csv",
    reason: "",
  });
  const ask = useAskExport(segmentId);
  const change = (part: Partial<ExportDraft>) => setDraft((old) => ({ ...old, ...part }));
  const length = [...draft.reason.trim()].length;
  const ready =
    length >= offer.reason_min &&
    length <= offer.reason_max &&
    draft.columns.length > 0 &&
    draft.columns.length <= offer.columns_max;
  const clear = new Set(offer.columns.filter(({ personal }) => personal).map(({ key }) => key));
  const asks = offer.asks_approval && draft.columns.some((key) => clear.has(key));
  const send = () =>
    ask.mutate(draft, {
      onSuccess: () => {
        say(t("export.asked"));
        change({ reason: "" });
      },
    });
  return (
    <Card title={t("export.title")} note={t("export.note", { n: offer.kept_days })}>
      <form
        className="ex-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) send();
        }}
      >
        <What segmentId={segmentId} offer={offer} draft={draft} change={change} t={t} />
        <Columns offer={offer} chosen={draft.columns} onChange={(columns) => change({ columns })} t={t} />
        <TextField
          label={t("export.reason")}
          value={draft.reason}
          onChange={(reason) => change({ reason })}
          placeholder={t("export.reason_example")}
          hint={t("export.reason_hint", { min: offer.reason_min, max: offer.reason_max })}
        />
        <FormError
          text={ask.error === null || isAsked(ask.error) ? null : errorSentence(ask.error, shared("state.offline"))}
        />
        {isAsked(ask.error) ? (
          <p role="status">
            {errorSentence(ask.error, "")}{" "}
            <Link className="ht-button" to="/trust/approvals?tab=mine">
              {t("export.to_approvals")}
            </Link>
          </p>
        ) : null}
        <div className="ht-actions">
          <Button type="primary" htmlType="submit" disabled={!ready} loading={ask.isPending}>
            {t(asks ? "export.ask_approval" : "export.ask", { n: draft.columns.length })}
          </Button>
        </div>
      </form>
    </Card>
  );
}

interface WhatProps {
  readonly segmentId: number;
  readonly offer: ExportOffer;
  readonly draft: ExportDraft;
  readonly change: (part: Partial<ExportDraft>) => void;
  readonly t: Translate;
}

/** Of whom, and as what. */
function What({ segmentId, offer, draft, change, t }: WhatProps) {
  const snapshots = useSnapshotsOf(segmentId, true);
  return (
    <div className="ex-what">
      <SelectField
        label={t("export.source")}
        value={String(draft.snapshot_id ?? "")}
        onChange={(value) => change({ snapshot_id: value === "" ? null : Number(value) })}
        options={[
          { value: "", label: t("export.source_now") },
          ...snapshots.map((one) => ({
            value: String(one.snapshot_id),
            label: t("export.source_snapshot", { name: one.name, n: formatCount(one.members) }),
          })),
        ]}
      />
      <div className="ht-field">
        <span className="ex-field-label">{t("export.format")}</span>
        <Choices
          label={t("export.format")}
          value={draft.format}
          items={[
            { key: "csv", label: "CSV" },
            { key: "xlsx", label: "Excel" },
          ]}
          onChange={(format) => change({ format })}
        />
        <p className="ht-field-hint">
          {t("export.rows_max", {
            n: formatCount(draft.format === "csv" ? offer.rows_max : offer.sheet_rows_max),
          })}
        </p>
      </div>
    </div>
  );
}

interface ColumnsProps {
  readonly offer: ExportOffer;
  readonly chosen: readonly string[];
  readonly onChange: (columns: readonly string[]) => void;
  readonly t: Translate;
}

/** Columns by group, in the order in which they are offered, which is that of the file. */
function Columns({ offer, chosen, onChange, t }: ColumnsProps) {
  const set = new Set(chosen);
  const inOrder = (wanted: ReadonlySet<string>) =>
    onChange(offer.columns.map(({ key }) => key).filter((key) => wanted.has(key)));
  const toggle = (keys: readonly string[], on: boolean) => {
    const wanted = new Set(set);
    for (const key of keys) {
      if (on) wanted.add(key);
      else wanted.delete(key);
    }
    inOrder(wanted);
  };
  const withheld = listText(offer.withheld.map((one) => pick(one.zh, one.en)));
  return (
    <div className="ex-columns">
      {GROUPS.map((group) => {
        const columns = offer.columns.filter((column) => column.group === group);
        if (columns.length === 0) return null;
        return <ColumnGroup key={group} group={group} columns={columns} chosen={set} toggle={toggle} t={t} />;
      })}
      <p className="ht-note">
        {t("export.chosen", { n: chosen.length, max: offer.columns_max })}{" "}
        {withheld === "" ? null : t("export.withheld", { columns: withheld })}{" "}
        {offer.asks_approval ? t("export.asks_approval") : null}
      </p>
    </div>
  );
}

interface GroupProps {
  readonly group: (typeof GROUPS)[number];
  readonly columns: readonly ExportColumn[];
  readonly chosen: ReadonlySet<string>;
  readonly toggle: (keys: readonly string[], on: boolean) => void;
  readonly t: Translate;
}

function ColumnGroup({ group, columns, chosen, toggle, t }: GroupProps) {
  const keys = columns.map(({ key }) => key);
  // what is in clear is chosen one by one
  const plain = columns.filter(({ personal }) => !personal).map(({ key }) => key);
  const count = keys.filter((key) => chosen.has(key)).length;
  const all = plain.every((key) => chosen.has(key));
  return (
    <details className="ex-group" open={group === "identity" || count > 0}>
      <summary>
        {t(`export.group_${group}`)} <span className="ht-note">{`${count} / ${keys.length}`}</span>
      </summary>
      <fieldset>
        <legend className="ht-hidden">{t(`export.group_${group}`)}</legend>
        <Button size="small" onClick={() => toggle(all ? keys : plain, !all)}>
          {t(all ? "export.none" : "export.all")}
        </Button>
        <div className="ex-boxes">
          {columns.map((column) => (
            <label key={column.key}>
              <input
                type="checkbox"
                checked={chosen.has(column.key)}
                onChange={(event) => toggle([column.key], event.target.checked)}
              />
              {pick(column.zh, column.en)} {column.personal ? <Chip tone="warn">{t("export.personal")}</Chip> : null}
            </label>
          ))}
        </div>
      </fieldset>
    </details>
  );
}
