import { useMutation, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { useParams } from "react-router";
import { api, ApiProblem } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { FormError } from "../../parts/form.tsx";
import { JobProgress } from "../../parts/job-progress.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { errorSentence, Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { say, sayError } from "../../parts/toast.tsx";
import { VersionList } from "../../parts/version-list.tsx";
import { formatInstant } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { draftOf, type LadderDraft, ladderOfDraft } from "./draft.ts";
import { LadderForm } from "./ladder-form.tsx";
import { type Ladder, type LadderVersion, useLadder } from "./tier-data.ts";
import { useWhatIf, WhatIfCard } from "./what-if.tsx";
import "./tiers.css";
import "./texts.ts";

/** The rules of one ladder as sentences and numbers, beside what they would do to today's members. */
export function LadderEditPage() {
  const { ladder = "" } = useParams();
  const t = useTexts("tiers");
  const query = useLadder(ladder);
  return (
    <div className="ht-page">
      <Loaded query={query} skeleton={<SkeletonBlock height={480} />}>
        {(data) => <Editor key={ladder} versions={data.versions} inForce={data.in_force} t={t} />}
      </Loaded>
    </div>
  );
}

interface EditorProps {
  readonly versions: readonly LadderVersion[];
  readonly inForce: number | null;
  readonly t: Translate;
}

function Editor({ versions, inForce, t }: EditorProps) {
  const newest = versions[0];
  const shown = versions.find((version) => version.version === inForce) ?? newest;
  const [from, setFrom] = useState(shown?.version ?? 0);
  const base = versions.find((version) => version.version === from)?.definition ?? newest?.definition;
  const [draft, setDraft] = useState<LadderDraft | null>(null);
  const [protect, setProtect] = useState(true);
  if (base === undefined) return null;
  const current = draft ?? draftOf(base);
  const definition = ladderOfDraft(current);
  const changed = JSON.stringify(definition) !== JSON.stringify(ladderOfDraft(draftOf(base)));
  const choose = (version: number) => {
    setFrom(version);
    setDraft(null);
  };
  return (
    <>
      <PageHeader
        title={t("edit.title", { name: pick(base.zh, base.en) })}
        note={t("edit.note")}
        back={{ to: "/tiers", label: t("title") }}
        tags={
          <>
            <Chip tone={inForce === from ? "good" : "neutral"}>
              {inForce === from ? t("edit.in_force", { n: from }) : t("edit.version", { n: from })}
            </Chip>
            {changed ? <Chip tone="warn">{t("edit.changed")}</Chip> : null}
          </>
        }
        actions={
          <SaveActions
            definition={definition}
            changed={changed}
            version={from}
            isInForce={inForce === from}
            protect={protect}
            onSaved={choose}
            t={t}
          />
        }
      />
      <div className="ht-grid">
        <div className="ht-span-7 ht-stack">
          <LadderForm draft={current} onChange={setDraft} t={t} />
          <Versions versions={versions} inForce={inForce} from={from} onChoose={choose} t={t} />
          <AsJson definition={definition} onRead={(ladder) => setDraft(draftOf(ladder))} t={t} />
        </div>
        <div className="ht-span-5 tr-sticky">
          <LiveWhatIf definition={definition} protect={protect} onProtect={setProtect} t={t} />
        </div>
      </div>
    </>
  );
}

function LiveWhatIf({
  definition,
  protect,
  onProtect,
  t,
}: {
  definition: Ladder;
  protect: boolean;
  onProtect: (value: boolean) => void;
  t: Translate;
}) {
  const state = useWhatIf(definition, protect);
  return <WhatIfCard state={state} definition={definition} protect={protect} onProtect={onProtect} t={t} />;
}

interface SaveProps {
  readonly definition: Ladder;
  readonly changed: boolean;
  readonly version: number;
  readonly isInForce: boolean;
  readonly protect: boolean;
  readonly onSaved: (version: number) => void;
  readonly t: Translate;
}

function SaveActions({ definition, changed, version, isInForce, protect, onSaved, t }: SaveProps) {
  const manage = useCan("tiers.manage");
  const client = useQueryClient();
  const words = useTexts();
  const [asking, setAsking] = useState(false);
  const [job, setJob] = useState<string | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ["tiers"] });
  const save = useMutation({
    mutationFn: () => api.post<{ version: number }>(`/api/tiers/ladders/${definition.key}/versions`, { definition }),
    onSuccess: async (saved) => {
      await refresh();
      onSaved(saved.version);
      say(t("edit.saved", { n: saved.version }));
    },
    onError: (error) => sayError(error, words("state.offline")),
  });
  const activate = useMutation({
    mutationFn: () =>
      api.post<{ job_id: string }>(`/api/tiers/ladders/${definition.key}/versions/${version}/activate`, { protect }),
    onSuccess: (started) => {
      setAsking(false);
      setJob(started.job_id);
    },
    onError: (error) => sayError(error, words("state.offline")),
  });
  if (!manage) return null;
  return (
    <>
      <Button disabled={!changed} loading={save.isPending} onClick={() => save.mutate()}>
        {t("edit.save")}
      </Button>
      <Button type="primary" disabled={changed || isInForce} onClick={() => setAsking(true)}>
        {t("edit.activate")}
      </Button>
      {job === null ? null : <JobProgress jobId={job} label={t("edit.moving")} compact onOver={() => void refresh()} />}
      <Dialog
        open={asking}
        title={t("edit.activate_title", { name: pick(definition.zh, definition.en), n: version })}
        onClose={() => setAsking(false)}
        footer={
          <>
            <Button onClick={() => setAsking(false)}>{words("act.cancel")}</Button>
            <Button type="primary" loading={activate.isPending} onClick={() => activate.mutate()}>
              {t("edit.activate")}
            </Button>
          </>
        }
      >
        <p>{t("edit.activate_text")}</p>
        <p className="ht-note">{protect ? t("whatif.protect_on") : t("whatif.protect_off")}</p>
      </Dialog>
    </>
  );
}

function Versions({
  versions,
  inForce,
  from,
  onChoose,
  t,
}: EditorProps & { from: number; onChoose: (version: number) => void }) {
  return (
    <Card title={t("versions.title")} note={t("versions.note")}>
      <VersionList
        inForce={inForce}
        inForceWord={t("versions.in_force")}
        items={versions.map((version) => ({
          version: version.version,
          name: (
            <button
              type="button"
              className="ht-version"
              aria-pressed={version.version === from}
              onClick={() => onChoose(version.version)}
            >
              {t("edit.version", { n: version.version })}
            </button>
          ),
          note: (
            <>
              {t(`versions.${version.origin}`)} · {formatInstant(version.created_at, { day: true })}
              {version.activated_at === null
                ? ""
                : ` · ${t("versions.activated", { at: formatInstant(version.activated_at, { day: true }) })}`}
            </>
          ),
        }))}
      />
    </Card>
  );
}

interface Problem {
  readonly path: string;
  readonly zh: string;
  readonly en: string;
}

/** The same object as text, to copy out and in; nothing of it is ever run. */
function AsJson({ definition, onRead, t }: { definition: Ladder; onRead: (ladder: Ladder) => void; t: Translate }) {
  const words = useTexts();
  const [text, setText] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const read = useMutation({
    mutationFn: async () => {
      let parsed: Ladder;
      try {
        parsed = JSON.parse(text ?? "") as Ladder;
      } catch {
        throw new ApiProblem(422, {
          code: "console.json",
          detail: "This is not JSON.",
          detail_zh: "这不是合法的 JSON。",
        });
      }
      const { problems } = await api.post<{ problems: readonly Problem[] }>("/api/tiers/ladders/check", {
        definition: parsed,
      });
      return { parsed, problems };
    },
    onSuccess: ({ parsed, problems }) => {
      setError(problems.map((one) => `${one.path || "/"}: ${pick(one.zh, one.en)}`).join("\n") || null);
      if (problems.length > 0) return;
      onRead(parsed);
      setText(null);
    },
    onError: (failure) => setError(errorSentence(failure, words("state.offline"))),
  });
  return (
    <details className="ht-card tr-json">
      <summary>{t("json.title")}</summary>
      <p className="ht-note">{t("json.note")}</p>
      <textarea
        className="ht-input"
        rows={14}
        aria-label={t("json.title")}
        value={text ?? JSON.stringify(definition, null, 2)}
        onChange={(event) => setText(event.target.value)}
      />
      <FormError text={error} />
      <Button disabled={text === null} loading={read.isPending} onClick={() => read.mutate()}>
        {t("json.read")}
      </Button>
    </details>
  );
}
