import type { UseMutationResult } from "@tanstack/react-query";
import Button from "antd/es/button";
import { type ReactNode, useState } from "react";
import { currentDay } from "../texts/format.ts";
import { pick, type Translate } from "../texts/texts.ts";
import { FormDialog } from "./form-dialog.tsx";
import { TextField } from "./form.tsx";
import { Card, PageHeader } from "./page-header.tsx";
import { Link } from "react-router";
import "./draft-card.css";

interface Problem {
  readonly zh: string;
  readonly en: string;
}

/** What stands in the way, or that nothing does. */
export function ProblemList({ problems, sound }: { readonly problems: readonly Problem[]; readonly sound: ReactNode }) {
  if (problems.length === 0) return sound;
  return (
    <ul className="ht-problems">
      {problems.map((one) => (
        <li key={one.zh}>{pick(one.zh, one.en)}</li>
      ))}
    </ul>
  );
}

/** From which day to which a version holds; without a last day it has no end. */
export interface HoldingDays {
  readonly first_day: string;
  readonly last_day: string | null;
}

interface DraftCardProps {
  readonly title: string;
  readonly note: string;
  readonly problems: readonly Problem[];
  readonly mayPublish: boolean;
  /** Of the page, which closes the dialog when it is done. */
  readonly usePublish: (onDone: () => void) => UseMutationResult<unknown, Error, HoldingDays>;
  /** The page's own words: act.publish, publish.text, draft.sound, field.first_day, field.last_day. */
  readonly t: Translate;
}

/** A draft beside what is in force: what it says, what stands in its way, and the way to put it in force. */
export function DraftCard({ title, note, problems, mayPublish, usePublish, t }: DraftCardProps) {
  const [publishing, setPublishing] = useState(false);
  const close = () => setPublishing(false);
  return (
    <Card
      title={title}
      note={note}
      extra={
        mayPublish ? (
          <Button type="primary" disabled={problems.length > 0} onClick={() => setPublishing(true)}>
            {t("act.publish")}
          </Button>
        ) : undefined
      }
    >
      <ProblemList problems={problems} sound={<p className="ht-note">{t("draft.sound")}</p>} />
      {publishing ? <PublishDialog usePublish={usePublish} onClose={close} t={t} /> : null}
    </Card>
  );
}

type PublishProps = Pick<DraftCardProps, "usePublish" | "t"> & { readonly onClose: () => void };

function PublishDialog({ usePublish, onClose, t }: PublishProps) {
  const [first, setFirst] = useState(currentDay());
  const [last, setLast] = useState("");
  const publish = usePublish(onClose);
  return (
    <FormDialog
      title={t("act.publish")}
      act={t("act.publish")}
      ready={first !== ""}
      busy={publish.isPending}
      error={publish.error}
      onClose={onClose}
      onAct={() => publish.mutate({ first_day: first, last_day: last === "" ? null : last })}
    >
      <p>{t("publish.text")}</p>
      <TextField label={t("field.first_day")} type="date" value={first} onChange={setFirst} />
      <TextField
        label={t("field.last_day")}
        type="date"
        required={false}
        hint={t("field.last_day_hint")}
        value={last}
        onChange={setLast}
      />
    </FormDialog>
  );
}

interface DraftHeaderProps {
  /** The name of what is changed; undefined: it is new. */
  readonly name: string | undefined;
  readonly note?: string | undefined;
  /** Where one comes from and goes back to. */
  readonly to: string;
  readonly maySave: boolean;
  readonly ready: boolean;
  readonly busy: boolean;
  readonly onSave: () => void;
  /** The page's own words: edit.new, edit.title, title, act.save_draft. */
  readonly t: Translate;
}

/** The head of a page on which a draft is written: back, cancel, save. */
export function DraftHeader({ name, note, to, maySave, ready, busy, onSave, t }: DraftHeaderProps) {
  return (
    <PageHeader
      title={name === undefined ? t("edit.new") : t("edit.title", { name })}
      note={note}
      back={{ to, label: name ?? t("title") }}
      actions={
        maySave ? (
          <>
            <Link to={to}>
              <Button tabIndex={-1}>{t("shared:act.cancel")}</Button>
            </Link>
            <Button type="primary" disabled={!ready} loading={busy} onClick={onSave}>
              {t("act.save_draft")}
            </Button>
          </>
        ) : undefined
      }
    />
  );
}
