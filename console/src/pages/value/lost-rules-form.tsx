import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useEffect, useRef, useState } from "react";
import { api, ApiProblem } from "../../api/client.ts";
import { RelativeTime } from "../../parts/figures.tsx";
import { SelectField, TextField } from "../../parts/form.tsx";
import { ReasonDialog } from "../../parts/reason-dialog.tsx";
import { say } from "../../parts/toast.tsx";
import { formatCount } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import {
  changesOf,
  type DraftRow,
  draftOf,
  LOST_RULES_KEY,
  type LostDraft,
  type LostRule,
  type LostRules,
  readDays,
  readableRules,
} from "./lost-rules-data.ts";
import { rulesText } from "./lost-rules-text.ts";
import { LostWhatIfPanel, WhatIfSentence } from "./lost-rules-what-if.tsx";

interface EditorProps {
  readonly view: LostRules;
  readonly draft: LostDraft;
  readonly onDraft: (draft: LostDraft) => void;
  readonly onClose: () => void;
  readonly onSaved: (saved: { version: number; job_id: string }) => void;
}

/** The rows beside what they would change; saved with a reason as a further version. */
export function LostRulesEditor({ view, draft, onDraft, onClose, onSaved }: EditorProps) {
  const t = useTexts("value");
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const rules = readableRules(draft.rows, view);
  const unread = draft.rows.length - rules.length;
  const same = unread === 0 && changesOf(view.rules, rules).length === 0;
  const changedMeanwhile = view.version !== draft.based_on;
  return (
    <div className="lr-editor">
      <div className="ht-stack">
        {changedMeanwhile ? <ChangedMeanwhile view={view} draft={draft} onDraft={onDraft} t={t} /> : null}
        <Rows view={view} draft={draft} onDraft={onDraft} t={t} />
        <div className="ht-actions">
          <Button type="primary" disabled={unread > 0 || same || changedMeanwhile} onClick={() => setAsking(true)}>
            {t("what_if.save")}
          </Button>
          <Button onClick={onClose}>{t("what_if.cancel")}</Button>
          {same ? <span className="ht-note">{t("lost.same")}</span> : null}
        </div>
      </div>
      <LostWhatIfPanel rules={rules} unread={unread} version={view.version} t={t} />
      {asking ? (
        <SaveDialog
          view={view}
          based_on={draft.based_on}
          rules={rules}
          reason={reason}
          onReason={setReason}
          onClose={() => setAsking(false)}
          onSaved={(saved) => {
            say(t("lost.saved", { n: saved.version }));
            onSaved(saved);
            onClose();
          }}
          t={t}
        />
      ) : null}
    </div>
  );
}

interface PartProps {
  readonly view: LostRules;
  readonly draft: LostDraft;
  readonly onDraft: (draft: LostDraft) => void;
  readonly t: Translate;
}

/** Somebody else saved while this was typed: both are shown, and the reader says which one goes on. */
function ChangedMeanwhile({ view, draft, onDraft, t }: PartProps) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => ref.current?.focus(), []);
  const newest = view.versions[0];
  return (
    <div ref={ref} className="lr-changed" role="alert" tabIndex={-1}>
      <p>
        <strong>{t("lost.changed", { name: newest?.person_name ?? t("lost.somebody"), n: view.version })}</strong>{" "}
        {newest === undefined ? null : <RelativeTime at={newest.made_at} />}
        {newest?.reason ? ` · ${newest.reason}` : ""}
      </p>
      <p>{t("lost.changed_to", { rules: rulesText(view.rules, view.default_days, t) })}</p>
      <p className="ht-note">{t("lost.changed_note")}</p>
      <div className="ht-actions">
        <Button onClick={() => onDraft({ ...draft, based_on: view.version })}>
          {t("lost.keep_mine", { n: view.version })}
        </Button>
        <Button onClick={() => onDraft(draftOf(view.rules, view.version))}>
          {t("lost.take_theirs", { n: view.version })}
        </Button>
      </div>
    </div>
  );
}

function Rows({ view, draft, onDraft, t }: PartProps) {
  const list = useRef<HTMLOListElement>(null);
  const { rows } = draft;
  const set = (next: readonly DraftRow[]) => onDraft({ ...draft, rows: next });
  const used = new Set(rows.map(({ category }) => category));
  const free = view.categories.filter((category) => !used.has(category));
  const add = () => {
    set([...rows, { category: free[0] ?? "", days: String(view.default_days) }]);
    // the row stands after the next paint
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>("li:last-child select")?.focus());
  };
  return (
    <>
      {rows.length === 0 ? <p className="ht-note">{t("lost.none", { n: view.default_days })}</p> : null}
      <ol className="lr-rows" ref={list}>
        {rows.map((row, at) => (
          <RuleRow
            key={row.category}
            row={row}
            view={view}
            free={free}
            onChange={(next) => set(rows.map((one, index) => (index === at ? next : one)))}
            onRemove={() => set(rows.filter((_, index) => index !== at))}
            t={t}
          />
        ))}
      </ol>
      <div className="ht-actions">
        <Button
          icon={<PlusOutlined aria-hidden="true" />}
          disabled={free.length === 0 || rows.length >= view.rules_max}
          onClick={add}
        >
          {t("lost.add")}
        </Button>
        <span className="ht-note">{t(addNote(view, rows.length, free.length), { n: view.rules_max })}</span>
      </div>
      {rows.length === 0 ? null : <p className="ht-note">{t("lost.rest", { n: view.default_days })}</p>}
    </>
  );
}

function addNote(view: LostRules, rows: number, free: number): string {
  if (view.categories.length === 0) return "lost.no_categories";
  if (rows >= view.rules_max) return "lost.full";
  return free === 0 ? "lost.all_used" : "lost.add_note";
}

interface RowProps {
  readonly row: DraftRow;
  readonly view: LostRules;
  readonly free: readonly string[];
  readonly onChange: (row: DraftRow) => void;
  readonly onRemove: () => void;
  readonly t: Translate;
}

const SILENT_DAYS = 90;

function RuleRow({ row, view, free, onChange, onRemove, t }: RowProps) {
  const days = readDays(row.days, view);
  const { days_min, days_max, default_days } = view;
  const gone = !view.categories.includes(row.category);
  const hint = days !== undefined && days <= SILENT_DAYS ? t("lost.never_silent", { n: SILENT_DAYS }) : null;
  return (
    <li className="lr-row">
      <SelectField
        label={t("lost.category")}
        value={row.category}
        options={[row.category, ...free].map((value) => ({ value, label: value }))}
        hint={gone ? t("lost.gone") : null}
        onChange={(category) => onChange({ ...row, category })}
      />
      <TextField
        label={t("lost.days_of", { category: row.category })}
        type="number"
        value={row.days}
        error={days === undefined ? t("lost.wrong", { min: days_min, max: days_max }) : null}
        hint={days === default_days ? t("lost.as_default") : hint}
        onChange={(text) => onChange({ ...row, days: text })}
      />
      <Button
        type="text"
        icon={<DeleteOutlined aria-hidden="true" />}
        aria-label={t("lost.remove", { category: row.category })}
        onClick={onRemove}
      />
    </li>
  );
}

interface SaveProps {
  readonly view: LostRules;
  readonly based_on: number;
  readonly rules: readonly LostRule[];
  /** As it was typed before a refusal. */
  readonly reason: string;
  readonly onReason: (reason: string) => void;
  readonly onClose: () => void;
  readonly onSaved: (saved: { version: number; job_id: string }) => void;
  readonly t: Translate;
}

/** What will change, once more, and why; a refusal leaves everything that was typed. */
function SaveDialog({ view, based_on, rules, reason: start, onReason, onClose, onSaved, t }: SaveProps) {
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: (reason: string) =>
      api.put<{ version: number; job_id: string }>("/api/lifecycle/rules", { rules, based_on, reason }),
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: LOST_RULES_KEY, exact: true });
      onSaved(saved);
    },
    onError: async (error) => {
      if (!(error instanceof ApiProblem) || error.code !== "value.lost_rules_changed") return;
      await client.invalidateQueries({ queryKey: LOST_RULES_KEY, exact: true });
      onClose();
    },
  });
  const days = (n: number | undefined) =>
    n === undefined
      ? t("lost.by_default", { n: formatCount(view.default_days) })
      : t("lost.n_days", { n: formatCount(n) });
  return (
    <ReasonDialog
      title={t("lost.save_title", { n: view.version + 1 })}
      text={
        <>
          <ul className="lr-changes">
            {changesOf(view.rules, rules).map(({ category, before, after }) => (
              <li key={category}>
                <strong>{category}</strong> {days(before)} → {days(after)}
              </li>
            ))}
          </ul>
          <WhatIfSentence rules={rules} version={view.version} t={t} />
          <p className="ht-note">{t("lost.save_note")}</p>
        </>
      }
      hint={t("lost.reason_hint")}
      act={t("what_if.save")}
      busy={save.isPending}
      error={save.error}
      start={start}
      onClose={onClose}
      onAct={(reason) => {
        onReason(reason);
        save.mutate(reason);
      }}
    />
  );
}
