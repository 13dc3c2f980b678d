import Button from "antd/es/button";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { api } from "../../api/client.ts";
import { FormError, SelectField, TextField } from "../../parts/form.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, errorSentence, Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { useTexts } from "../../texts/texts.ts";
import { ContentFields } from "./content-fields.tsx";
import { type Draft, contentOf, draftOf, lacksOf } from "./draft.ts";
import {
  CATEGORIES,
  type Category,
  CHANNELS,
  type Channel,
  nameOf,
  type Template,
  useMessageAct,
  useTemplates,
} from "./messages-data.ts";
import { PreviewCard } from "./preview-card.tsx";
import "./messages.css";
import "./texts.ts";

/** A template is written: its draft, with how it reads beside it. */
export function TemplateEditPage() {
  const { template } = useParams();
  const t = useTexts("messages");
  const query = useTemplates();
  return (
    <Loaded query={query} skeleton={<SkeletonBlock height={480} />}>
      {({ items }) => {
        const known = items.find((one) => one.template === template);
        if (template !== undefined && known === undefined)
          return <EmptyState title={t("template.unknown")} text={t("template.unknown_text")} />;
        return <Editor key={template ?? ""} known={known} taken={items.map((one) => one.template)} />;
      }}
    </Loaded>
  );
}

function Editor({ known, taken }: { known: Template | undefined; taken: readonly string[] }) {
  const t = useTexts("messages");
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Draft>(() => draftOf(known));
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  const content = contentOf(draft);
  const lacks = lacksOf(draft, known === undefined ? taken : []);
  const save = useMessageAct(
    () =>
      api.put(`/api/messages/templates/${draft.key}/draft`, {
        category: draft.category,
        name: draft.name.trim(),
        content,
      }),
    { done: t("edit.saved"), onDone: () => void navigate(`/templates/${draft.key}`), quiet: true },
  );
  const back = known === undefined ? "/templates" : `/templates/${known.template}`;
  return (
    <div className="ht-page">
      <PageHeader
        back={{ to: back, label: known === undefined ? t("templates.title") : nameOf(known) }}
        title={known === undefined ? t("templates.new") : t("edit.title", { name: nameOf(known) })}
        note={t("edit.note")}
        actions={
          <>
            <Button onClick={() => void navigate(back)}>{t("shared:act.cancel")}</Button>
            <Button
              type="primary"
              disabled={lacks.length > 0}
              loading={save.isPending}
              onClick={() => save.mutate(undefined)}
            >
              {t("edit.save")}
            </Button>
          </>
        }
      />
      <div className="ht-grid">
        <div className="ht-span-7 ht-stack">
          <Card title={t("edit.what")}>
            <WhatFields draft={draft} set={set} fixed={known !== undefined} />
          </Card>
          <Card title={t("edit.words")}>
            <ContentFields draft={draft} set={set} />
            {lacks.length === 0 ? null : (
              <p className="ht-note ms-lacks">
                {t("edit.lacks", { what: lacks.map((one) => t(`lack.${one}`)).join("、") })}
              </p>
            )}
            <FormError text={save.error ? errorSentence(save.error, t("shared:state.offline")) : null} />
          </Card>
        </div>
        <div className="ht-span-5">
          <PreviewCard content={lacks.some((one) => one !== "key" && one !== "taken") ? null : content} />
        </div>
      </div>
    </div>
  );
}

function WhatFields({ draft, set, fixed }: { draft: Draft; set: (change: Partial<Draft>) => void; fixed: boolean }) {
  const t = useTexts("messages");
  return (
    <div className="ms-fields">
      <TextField label={t("field.name")} required={false} value={draft.name} onChange={(name) => set({ name })} />
      <TextField
        label={t("field.key")}
        hint={fixed ? t("field.key_fixed") : t("field.key_hint")}
        disabled={fixed}
        value={draft.key}
        onChange={(key) => set({ key })}
      />
      {fixed ? null : (
        <>
          <SelectField
            label={t("field.channel")}
            value={draft.kind}
            onChange={(kind) => set({ kind: kind as Channel })}
            options={CHANNELS.map((value) => ({ value, label: t(`channel.${value}`) }))}
          />
          <SelectField
            label={t("field.category")}
            value={draft.category}
            hint={t(`category_hint.${draft.category}`)}
            onChange={(category) => set({ category: category as Category })}
            options={CATEGORIES.map((value) => ({ value, label: t(`category.${value}`) }))}
          />
        </>
      )}
    </div>
  );
}
