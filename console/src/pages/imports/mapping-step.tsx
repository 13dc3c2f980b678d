import { useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { type Kind, missingFields } from "../../api/vocabulary.ts";
import { SelectField, TextField } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { formatCount, listText } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { type ImportView, type Mapping, refresh, useStep } from "./import-data.ts";
import { MappingTable } from "./mapping-table.tsx";
import { MoreOptions } from "./more-options.tsx";
import { ReadingChoices } from "./reading-choices.tsx";

const COLUMNS_SHOWN = 60;
const CURRENCIES = ["CNY", "HKD", "USD", "EUR", "GBP", "JPY"] as const;

interface Draft {
  readonly kind: string;
  readonly mapping: Mapping;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The guesses as a mapping: one column per field, the surest first. */
export function guessedMapping(view: ImportView, kind: Kind | undefined): Mapping {
  const known = new Set(kind?.targets.map((target) => target.name));
  const guesses = view.columns
    .filter((column) => column.guess !== null && known.has(column.guess.field))
    .sort((a, b) => (b.guess?.confidence ?? 0) - (a.guess?.confidence ?? 0));
  const mapping: Record<string, { column: number }> = {};
  for (const { index, guess } of guesses) if (guess) mapping[guess.field] ??= { column: index };
  return mapping;
}

function firstDraft(view: ImportView, kinds: readonly Kind[]): Draft {
  const kind = view.record_kind ?? kinds[0]?.kind ?? "member";
  const found = kinds.find((one) => one.kind === kind);
  const names = new Set(found?.targets.map((target) => target.name));
  const given = Object.entries(view.mapping ?? {}).filter(([name]) => names.has(name));
  const mapping = given.length > 0 ? Object.fromEntries(given) : guessedMapping(view, found);
  return { kind, mapping, options: view.options };
}

interface MappingStepProps {
  readonly view: ImportView;
  readonly kinds: readonly Kind[];
  readonly onChecking: () => void;
}

export function MappingStep({ view, kinds, onChecking }: MappingStepProps) {
  const t = useTexts("imports");
  const client = useQueryClient();
  const [draft, setDraft] = useState<Draft>(() => firstDraft(view, kinds));
  const [all, setAll] = useState(view.columns.length <= COLUMNS_SHOWN);
  const kind = kinds.find((one) => one.kind === draft.kind) ?? kinds[0];
  const check = useStep(view, async () => {
    const { kind: record_kind, mapping, options } = draft;
    await api.put(`/api/imports/${view.import_id}/mapping`, { record_kind, mapping, options });
    await api.post(`/api/imports/${view.import_id}/check`, {});
    await refresh(client, view.import_id);
    onChecking();
  });
  if (!kind) return null;
  const shown = all ? view.columns : view.columns.slice(0, COLUMNS_SHOWN);
  const change = (mapping: Mapping) => setDraft({ ...draft, mapping });
  return (
    <>
      <Reading view={view} kinds={kinds} draft={draft} onChange={setDraft} />
      <Card flush title={t("map_title")} note={t("map_note")}>
        <MappingTable columns={shown} kind={kind} mapping={draft.mapping} onChange={change} />
        {all ? null : (
          <div className="ht-table-more">
            <Button onClick={() => setAll(true)}>{t("more_columns", { n: formatCount(view.columns.length) })}</Button>
          </div>
        )}
      </Card>
      <MoreOptions
        key={kind.kind}
        kind={kind}
        mapping={draft.mapping}
        options={draft.options}
        onMapping={change}
        onOptions={(options) => setDraft({ ...draft, options })}
      />
      <CheckBar view={view} kind={kind} draft={draft} busy={check.isPending} onCheck={() => check.mutate()} />
    </>
  );
}

interface CheckBarProps {
  readonly view: ImportView;
  readonly kind: Kind;
  readonly draft: Draft;
  readonly busy: boolean;
  readonly onCheck: () => void;
}

/** What is still missing, and the way on; stays in sight under long tables. */
function CheckBar({ view, kind, draft, busy, onCheck }: CheckBarProps) {
  const t = useTexts("imports");
  const missing = missingFields(kind, draft.mapping);
  const columns = Object.values(draft.mapping).flatMap(({ column }) => (column === undefined ? [] : [column]));
  const mapped = new Set(columns).size;
  return (
    <div className="ht-step-bar">
      <p role="status">
        {t("mapped_count", { n: mapped, all: view.columns.length })} ·{" "}
        {missing.length === 0 ? (
          <span className="ht-tone-good">{t("missing_none")}</span>
        ) : (
          <span className="ht-tone-bad">{t("missing", { fields: listText(missing.map((one) => one.label)) })}</span>
        )}
      </p>
      <div className="ht-actions">
        <span className="ht-note">{t("check_hint")}</span>
        <Button type="primary" loading={busy} disabled={missing.length > 0} onClick={onCheck}>
          {t("check")}
        </Button>
      </div>
    </div>
  );
}

interface ReadingProps {
  readonly view: ImportView;
  readonly kinds: readonly Kind[];
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
}

/** What the file holds and how its times and amounts are read. */
function Reading({ view, kinds, draft, onChange }: ReadingProps) {
  const t = useTexts("imports");
  const option = (name: string) => String(draft.options[name] ?? "");
  const set = (name: string, value: string) => {
    const { [name]: _before, ...rest } = draft.options;
    onChange({ ...draft, options: value === "" ? rest : { ...rest, [name]: value } });
  };
  const choose = (name: string) => {
    const kind = kinds.find((one) => one.kind === name);
    onChange({ ...draft, kind: name, mapping: guessedMapping(view, kind) });
  };
  return (
    <Card title={t("options")}>
      <div className="ht-reading">
        <SelectField
          label={t("is")}
          value={draft.kind}
          onChange={choose}
          options={kinds.map((kind) => ({ value: kind.kind, label: kind.label }))}
        />
        <ReadingChoices view={view} />
        <SelectField
          label={t("currency")}
          value={option("currency") || "CNY"}
          onChange={(value) => set("currency", value)}
          options={CURRENCIES.map((value) => ({ value, label: value }))}
        />
        <TextField
          label={t("timezone")}
          value={option("timezone")}
          placeholder="Asia/Shanghai"
          onChange={(value) => set("timezone", value)}
        />
        <TextField
          label={t("as_of")}
          value={option("as_of")}
          placeholder="2026-11-22"
          required={false}
          onChange={(value) => set("as_of", value)}
        />
      </div>
    </Card>
  );
}
