import { useMutation } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { type Kind, missingFields, useKinds } from "../../api/vocabulary.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { FormError, SelectField, TextField } from "../../parts/form.tsx";
import { errorSentence, SkeletonText } from "../../parts/states.tsx";
import { say } from "../../parts/toast.tsx";
import { listText } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { type Pull, useRefreshPulls } from "./pull-data.ts";
import {
  firstDraft,
  inputOf,
  isComplete,
  mappingOf,
  PORTS,
  type PullDraft,
  rowsFor,
  SECONDS_MIN,
  secondsAreGood,
} from "./pull-draft.ts";
import { PullMapping } from "./pull-mapping.tsx";

interface PullFormProps {
  readonly pull?: Pull;
  readonly onClose: () => void;
}

/** Adds a pull, or changes one; the server opens the table once before it takes it. */
export function PullForm({ pull, onClose }: PullFormProps) {
  const t = useTexts("pulls");
  const kinds = useKinds();
  if (kinds) return <Form pull={pull} kinds={kinds} onClose={onClose} />;
  return (
    <Dialog open title={pull?.name ?? t("new")} place="side" wide onClose={onClose}>
      <SkeletonText lines={8} />
    </Dialog>
  );
}

interface FormProps {
  readonly pull: Pull | undefined;
  readonly kinds: readonly Kind[];
  readonly onClose: () => void;
}

function Form({ pull, kinds, onClose }: FormProps) {
  const t = useTexts("pulls");
  const refresh = useRefreshPulls();
  const [draft, setDraft] = useState<PullDraft>(() => firstDraft(pull, kinds));
  const kind = kinds.find((one) => one.kind === draft.record_kind);
  const set = (change: Partial<PullDraft>) => setDraft((before) => ({ ...before, ...change }));
  const missing = kind ? missingFields(kind, mappingOf(draft.rows)) : [];
  const save = useMutation({
    mutationFn: () => {
      const input = inputOf(draft);
      return pull ? api.put(`/api/pulls/${pull.pull_id}`, input) : api.post("/api/pulls", input);
    },
    onSuccess: () => {
      say(t("saved", { name: draft.name }));
      refresh();
      onClose();
    },
  });
  const foot = (
    <>
      <Button onClick={onClose}>{t("shared:act.cancel")}</Button>
      <Button
        type="primary"
        disabled={!isComplete(draft) || missing.length > 0}
        loading={save.isPending}
        onClick={() => save.mutate()}
      >
        {t("save")}
      </Button>
    </>
  );
  return (
    <Dialog
      open
      title={pull ? t("edit_title", { name: pull.name }) : t("new")}
      place="side"
      wide
      onClose={onClose}
      footer={foot}
    >
      <div className="ht-pull-form">
        <Connection draft={draft} set={set} kept={pull !== undefined} />
        <Table draft={draft} set={set} kinds={kinds} />
        {kind ? <PullMapping kind={kind} rows={draft.rows} onChange={(rows) => set({ rows })} /> : null}
        {missing.length > 0 ? (
          <p className="ht-tone-bad" role="status">
            {t("missing", { fields: listText(missing.map((target) => target.label)) })}
          </p>
        ) : null}
        <FormError text={save.error ? errorSentence(save.error, t("shared:state.offline")) : null} />
        <p className="ht-note">{t("save_hint")}</p>
      </div>
    </Dialog>
  );
}

interface PartProps {
  readonly draft: PullDraft;
  readonly set: (change: Partial<PullDraft>) => void;
}

function Connection({ draft, set, kept }: PartProps & { readonly kept: boolean }) {
  const t = useTexts("pulls");
  const dialect = (value: string) => {
    const next = value === "mysql" ? "mysql" : "postgresql";
    set({ dialect: next, ...(draft.port === PORTS[draft.dialect] ? { port: PORTS[next] } : {}) });
  };
  return (
    <section className="ht-stack">
      <h3>{t("connection")}</h3>
      <div className="ht-pull-fields">
        <TextField
          label={t("name")}
          hint={t("name_hint")}
          autoFocus
          value={draft.name}
          onChange={(name) => set({ name })}
        />
        <SelectField
          label={t("dialect")}
          value={draft.dialect}
          onChange={dialect}
          options={(["postgresql", "mysql"] as const).map((value) => ({ value, label: t(`dialects.${value}`) }))}
        />
        <TextField
          label={t("host")}
          placeholder="db.example.com"
          value={draft.host}
          onChange={(host) => set({ host })}
        />
        <TextField label={t("port")} type="number" value={draft.port} onChange={(port) => set({ port })} />
        <TextField label={t("database")} value={draft.database} onChange={(database) => set({ database })} />
        <TextField label={t("user")} hint={t("user_hint")} value={draft.user} onChange={(user) => set({ user })} />
        <TextField
          label={t("password")}
          type="password"
          autoComplete="new-password"
          required={false}
          hint={t(kept ? "password_kept" : "password_hint")}
          value={draft.password}
          onChange={(password) => set({ password })}
        />
      </div>
    </section>
  );
}

function Table({ draft, set, kinds }: PartProps & { readonly kinds: readonly Kind[] }) {
  const t = useTexts("pulls");
  const choose = (record_kind: string) =>
    set({
      record_kind,
      rows: rowsFor(
        kinds.find((one) => one.kind === record_kind),
        draft.rows,
      ),
    });
  return (
    <section className="ht-stack">
      <h3>{t("table_title")}</h3>
      <div className="ht-pull-fields">
        <TextField
          label={t("table")}
          placeholder="public.orders"
          value={draft.table}
          onChange={(table) => set({ table })}
        />
        <SelectField
          label={t("record_kind")}
          value={draft.record_kind}
          onChange={choose}
          options={kinds.map((kind) => ({ value: kind.kind, label: kind.label }))}
        />
        <TextField
          label={t("cursor_column")}
          hint={t("cursor_hint")}
          placeholder="updated_at"
          value={draft.cursor_column}
          onChange={(cursor_column) => set({ cursor_column })}
        />
        <TextField
          label={t("key_column")}
          hint={t("key_hint")}
          placeholder="id"
          value={draft.key_column}
          onChange={(key_column) => set({ key_column })}
        />
        <TextField
          label={t("every_seconds")}
          type="number"
          hint={t("every_hint", { n: SECONDS_MIN })}
          error={secondsAreGood(draft.every_seconds) ? null : t("every_bad", { n: SECONDS_MIN })}
          value={draft.every_seconds}
          onChange={(every_seconds) => set({ every_seconds })}
        />
      </div>
    </section>
  );
}
