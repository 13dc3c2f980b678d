import { useMutation, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useEffect, useMemo, useState } from "react";
import { useNavigate, useParams } from "react-router";
import { api, ApiProblem } from "../../api/client.ts";
import { Choices } from "../../parts/chips.tsx";
import { FormError, SelectField, TextField } from "../../parts/form.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { usePaused } from "../../parts/paused.ts";
import { EmptyState, errorSentence, ErrorState, Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { say } from "../../parts/toast.tsx";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { ADDRESS_CHARACTERS_MAX } from "../segments/model/address.ts";
import type { Vocabulary } from "../segments/model/vocabulary.ts";
import { useVocabulary } from "../segments/segment-data.ts";
import { useAddress } from "../segments/use-address.ts";
import { BandsForm } from "./bands-form.tsx";
import { type Kept, useMadeTag, usePreview } from "./custom-data.ts";
import { HistoryForm } from "./history-form.tsx";
import { readDraft, writeDraft } from "./model/draft-address.ts";
import { fromDefinition, type MadeDefinition, type MadeDraft, newDraft, toDefinition } from "./model/made-tag.ts";
import { PreviewPanel } from "./preview-panel.tsx";
import { RulesForm } from "./rules-form.tsx";
import "../../parts/data-table.css";
import "../../parts/form.css";
import "../segments/segment.css";
import "../segments/texts.ts";
import "./make.css";
import "./texts.ts";

/** A tag is made or changed here: `/tags/new`, `/tags/:tagKey/edit`. */
export function TagEditPage() {
  const { tagKey } = useParams();
  const key = tagKey ?? null;
  const t = useTexts("tags");
  const vocabulary = useVocabulary();
  const made = useMadeTag(key);
  const gone = made.error instanceof ApiProblem && made.error.status === 404;
  if (key !== null && gone) {
    return (
      <div className="ht-page">
        <PageHeader title={t("title")} back={{ to: "/tags", label: t("one.back") }} />
        <EmptyState title={t("make.not_made_title")} text={t("make.not_made_text")} />
      </div>
    );
  }
  if (key !== null && made.data === undefined) {
    return made.error ? (
      <ErrorState error={made.error} retry={() => void made.refetch()} />
    ) : (
      <SkeletonBlock height={480} />
    );
  }
  return (
    <div className="ht-page">
      <Loaded query={vocabulary} skeleton={<SkeletonBlock height={480} />}>
        {(words) => <Editor key={key} saved={made.data?.definition ?? null} vocabulary={words} t={t} />}
      </Loaded>
    </div>
  );
}

interface EditorProps {
  readonly saved: MadeDefinition | null;
  readonly vocabulary: Vocabulary;
  readonly t: Translate;
}

const PAUSE_MS = 400;

/** The draft stands in the address as in the segment builder, so that a reload or a link shows it again. */
function useLinkedDraft(start: MadeDraft | null) {
  const [params, set] = useAddress();
  const [linked] = useState(() => params.get("draft"));
  const [begun] = useState(() => (linked === null ? null : readDraft(linked)));
  const [draft, setDraft] = useState<MadeDraft>(() => begun ?? start ?? newDraft());
  const [touched, setTouched] = useState(false);
  const rested = usePaused(draft);
  useEffect(() => {
    if (!touched) return;
    const text = writeDraft(rested);
    set({ draft: text.length > ADDRESS_CHARACTERS_MAX ? null : text });
  }, [rested, touched, set]);
  const change = (next: MadeDraft) => {
    setTouched(true);
    setDraft(next);
  };
  return [draft, change, linked !== null && begun === null] as const;
}

function Editor({ saved, vocabulary, t }: EditorProps) {
  const start = useMemo(() => (saved === null ? newDraft() : fromDefinition(saved, vocabulary)), [saved, vocabulary]);
  const [draft, setDraft, brokenLink] = useLinkedDraft(start);
  // what was not made in sentences stays as it is written
  const [json, setJson] = useState<string | null>(start === null ? JSON.stringify(saved, null, 2) : null);
  const definition = useMemo(
    () => (json === null ? toDefinition(draft, vocabulary) : parsed(json)),
    [draft, json, vocabulary],
  );
  // a preview needs neither name nor privacy: it says which class the definition needs
  const asked = definition === null ? "" : JSON.stringify(forPreview(definition));
  const paused = usePaused(asked, PAUSE_MS);
  return (
    <>
      <PageHeader
        title={saved === null ? t("make.new") : t("make.edit", { name: pick(saved.zh, saved.en) })}
        back={saved === null ? { to: "/tags", label: t("one.back") } : { to: `/tags/${saved.key}`, label: saved.zh }}
      />
      {brokenLink ? <FormError text={t("make.broken_link")} /> : null}
      <div className="sg-bench">
        <div className="ht-stack">
          {json === null ? (
            <Sentences draft={draft} onChange={setDraft} vocabulary={vocabulary} saved={saved} t={t} />
          ) : (
            <JsonCard json={json} onChange={setJson} wrong={definition === null} t={t} />
          )}
          <SaveCard definition={definition} asked={asked} saved={saved} t={t} />
        </div>
        <PreviewPanel definition={asked === "" ? "" : paused} stale={asked !== paused} t={t} />
      </div>
    </>
  );
}

function parsed(json: string): MadeDefinition | null {
  try {
    return JSON.parse(json) as MadeDefinition;
  } catch {
    return null;
  }
}

const HIGHEST = "L4";

const forPreview = (definition: MadeDefinition): MadeDefinition => ({
  ...definition,
  zh: definition.zh || definition.key,
  en: definition.en || definition.key,
  privacy: HIGHEST,
});

interface SentencesProps extends EditorProps {
  readonly draft: MadeDraft;
  readonly onChange: (draft: MadeDraft) => void;
}

const SHAPES = ["rules", "history", "bands"] as const;

function Sentences(props: SentencesProps) {
  const { draft, onChange, vocabulary, saved, t } = props;
  return (
    <>
      <NamesCard {...props} />
      <Card title={t("make.shape")}>
        <div className="tm-rules">
          <Choices
            label={t("make.shape")}
            value={draft.shape}
            items={SHAPES.filter((shape) => saved === null || shape === draft.shape).map((key) => ({
              key,
              label: t(`make.shape_${key}`),
            }))}
            onChange={(shape) => onChange({ ...draft, shape })}
          />
          <p className="ht-note">{t(`make.shape_${draft.shape}_note`)}</p>
          {draft.shape === "rules" ? <RulesForm draft={draft} vocabulary={vocabulary} onChange={onChange} /> : null}
          {draft.shape === "bands" ? <BandsForm draft={draft} vocabulary={vocabulary} onChange={onChange} /> : null}
          {draft.shape === "history" ? (
            <HistoryForm
              history={draft.history}
              vocabulary={vocabulary}
              onChange={(history) => onChange({ ...draft, history })}
            />
          ) : null}
        </div>
      </Card>
    </>
  );
}

function NamesCard({ draft, onChange, saved, t }: SentencesProps) {
  return (
    <Card>
      <div className="tm-names">
        <TextField
          label={t("make.name")}
          value={draft.name}
          placeholder={t("make.name_placeholder")}
          onChange={(name) => onChange({ ...draft, name })}
        />
        <SelectField
          label={t("one.family")}
          value={draft.family}
          options={["basic", "consumption", "social"].map((value) => ({ value, label: t(`family.${value}`) }))}
          onChange={(family) => onChange({ ...draft, family })}
        />
        <SelectField
          label={t("one.owner")}
          value={draft.owner}
          options={["operations", "analytics", "data"].map((value) => ({ value, label: t(`owner.${value}`) }))}
          onChange={(owner) => onChange({ ...draft, owner })}
        />
      </div>
      <details className="tm-more">
        <summary>{t("make.more")}</summary>
        <div className="tm-names">
          <TextField
            label={t("one.key")}
            value={draft.key}
            disabled={saved !== null}
            hint={t("make.key_hint")}
            onChange={(key) => onChange({ ...draft, key })}
          />
          <TextField
            label={t("make.name_en")}
            value={draft.name_en}
            required={false}
            onChange={(name_en) => onChange({ ...draft, name_en })}
          />
          <TextField
            label={t("make.sentence")}
            value={draft.sentence}
            required={false}
            hint={t("make.sentence_hint")}
            onChange={(sentence) => onChange({ ...draft, sentence })}
          />
        </div>
      </details>
    </Card>
  );
}

interface JsonCardProps {
  readonly json: string;
  readonly onChange: (json: string) => void;
  readonly wrong: boolean;
  readonly t: Translate;
}

/** A definition that has no sentences, as the data it is; the server checks it like any other. */
function JsonCard({ json, onChange, wrong, t }: JsonCardProps) {
  return (
    <Card title={t("make.json")} note={t("make.json_note")}>
      <textarea
        className="ht-input tm-json"
        aria-label={t("make.json")}
        spellCheck={false}
        value={json}
        onChange={(event) => onChange(event.target.value)}
      />
      {wrong ? <FormError text={t("make.json_wrong")} /> : null}
    </Card>
  );
}

interface SaveCardProps {
  readonly definition: MadeDefinition | null;
  readonly asked: string;
  readonly saved: MadeDefinition | null;
  readonly t: Translate;
}

function SaveCard({ definition, asked, saved, t }: SaveCardProps) {
  const shared = useTexts();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [reason, setReason] = useState("");
  const preview = usePreview(asked);
  const least = preview.isPlaceholderData ? undefined : preview.data?.privacy_least;
  const save = useMutation({
    mutationFn: () => {
      const body = { definition: { ...definition, privacy: higher(definition?.privacy, least) }, reason };
      return saved === null
        ? api.post<Kept>("/api/tags/custom", body)
        : api.put<Kept>(`/api/tags/custom/${saved.key}`, body);
    },
    onSuccess: async ({ key, job_id }) => {
      say(t("make.saved", { name: definition?.zh ?? key }));
      await client.invalidateQueries({ queryKey: ["tags"] });
      await client.invalidateQueries({ queryKey: ["tag", key] });
      await client.invalidateQueries({ queryKey: ["segments", "vocabulary"] });
      await navigate(`/tags/${key}?job=${job_id}`, { replace: true });
    },
  });
  const missing = definition === null ? "make.incomplete" : definition.zh === "" ? "make.need_name" : null;
  return (
    <Card>
      <div className="tm-save">
        {saved === null ? null : (
          <TextField label={t("make.reason")} value={reason} required={false} onChange={setReason} />
        )}
        <FormError text={save.error ? errorSentence(save.error, shared("state.offline")) : null} />
        <div className="ht-actions">
          <Button
            type="primary"
            loading={save.isPending}
            disabled={missing !== null || least === undefined}
            onClick={() => save.mutate()}
          >
            {t(saved === null ? "make.save" : "make.save_version")}
          </Button>
          <span className="ht-note">{t(missing ?? "make.save_note")}</span>
        </div>
      </div>
    </Card>
  );
}

/** The class that was chosen, or the one its columns need when that is higher: "L1" < "L4". */
function higher(chosen: string | undefined, least: string | undefined): string {
  const [a, b] = [chosen ?? "L2", least ?? HIGHEST];
  return a > b ? a : b;
}
