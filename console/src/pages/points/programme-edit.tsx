import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { useParams } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { usePaused } from "../../parts/paused.ts";
import { Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { say, sayError } from "../../parts/toast.tsx";
import { VersionList } from "../../parts/version-list.tsx";
import { formatDay, formatInstant } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { DayField, type Problem } from "./fields.tsx";
import {
  type Activation,
  dayAfter,
  inForceOn,
  type ProgrammeVersion,
  useProgramme,
  useProgrammes,
} from "./points-data.ts";
import type { Programme } from "./programme.ts";
import { ProgrammeForm } from "./programme-form.tsx";
import { ReplayCard } from "./replay-card.tsx";
import "./points.css";
import "./texts.ts";

const TYPING_MS = 350;

/** One programme as sentences to click, beside what it would have given for real orders. */
export function ProgrammeEditPage() {
  const { programme = "" } = useParams();
  const t = useTexts("points");
  const query = useProgramme(programme);
  const all = useProgrammes();
  return (
    <div className="ht-page">
      <Loaded query={query} skeleton={<SkeletonBlock height={480} />}>
        {({ versions, activations }) => (
          <Loaded query={all} skeleton={<SkeletonBlock height={480} />}>
            {({ today, activations: every }) => (
              <Editor
                key={programme}
                versions={versions}
                version={inForceOn(activations, today)?.version ?? null}
                current={inForceOn(every, today)}
                today={today}
                t={t}
              />
            )}
          </Loaded>
        )}
      </Loaded>
    </div>
  );
}

/** What the server says of the draft while it is written. */
function useProblems(draft: Programme | undefined): { readonly problems: readonly Problem[]; readonly known: boolean } {
  const written = JSON.stringify({ definition: draft });
  const asked = usePaused(written, TYPING_MS);
  const { data, isPlaceholderData } = useQuery({
    queryKey: ["points", "check", asked],
    queryFn: ({ signal }) =>
      api.post<{ problems: readonly Problem[] }>("/api/points/programmes/check", JSON.parse(asked), signal),
    enabled: draft !== undefined,
    placeholderData: (before) => before,
    staleTime: 60_000,
  });
  return { problems: data?.problems ?? [], known: data !== undefined && !isPlaceholderData && asked === written };
}

interface EditorProps {
  readonly versions: readonly ProgrammeVersion[];
  /** The version of this programme that is in force. */
  readonly version: number | null;
  readonly current: Activation | undefined;
  readonly today: string;
  readonly t: Translate;
}

function Editor({ versions, version, current, today, t }: EditorProps) {
  const manage = useCan("points.manage");
  // a later version is what one goes on with
  const [from, setFrom] = useState(versions[0]?.version ?? 0);
  const [draft, setDraft] = useState<Programme | null>(null);
  const base = versions.find((one) => one.version === from)?.definition ?? versions[0]?.definition;
  const shown = draft ?? base;
  const { problems, known } = useProblems(shown);
  if (base === undefined || shown === undefined) return null;
  const changed = JSON.stringify(shown) !== JSON.stringify(base);
  const choose = (next: number) => {
    setFrom(next);
    setDraft(null);
  };
  const isCurrent = current?.programme === base.key && version === from;
  return (
    <>
      <PageHeader
        title={t("edit.title", { name: pick(shown.zh, shown.en) })}
        note={manage ? t("edit.note") : t("edit.note_read")}
        back={{ to: "/points", label: t("rules.title") }}
        tags={
          <>
            <Chip tone={isCurrent ? "good" : "neutral"}>
              {isCurrent ? t("all.in_force", { n: from }) : t("edit.version", { n: from })}
            </Chip>
            {changed ? <Chip tone="warn">{t("edit.changed")}</Chip> : null}
            {problems.length > 0 ? <Chip tone="bad">{t("edit.problems", { n: problems.length })}</Chip> : null}
          </>
        }
        actions={
          manage ? (
            <SaveActions
              draft={shown}
              changed={changed}
              sound={known && problems.length === 0}
              version={from}
              isCurrent={isCurrent}
              current={current}
              today={today}
              onSaved={choose}
              t={t}
            />
          ) : undefined
        }
      />
      <div className="ht-grid">
        <div className="ht-span-7 ht-stack">
          <ProgrammeForm draft={shown} problems={problems} onChange={setDraft} t={t} />
          <Versions versions={versions} inForce={version} from={from} onChoose={choose} t={t} />
        </div>
        <div className="ht-span-5 po-sticky">
          <ReplayCard
            draft={shown}
            sound={problems.length === 0}
            today={today}
            hasCurrent={current !== undefined}
            t={t}
          />
        </div>
      </div>
    </>
  );
}

interface SaveProps {
  readonly draft: Programme;
  readonly changed: boolean;
  /** Nothing is wrong with the draft, and the server has said so. */
  readonly sound: boolean;
  readonly version: number;
  readonly isCurrent: boolean;
  readonly current: Activation | undefined;
  readonly today: string;
  readonly onSaved: (version: number) => void;
  readonly t: Translate;
}

function SaveActions({ draft, changed, sound, version, isCurrent, current, today, onSaved, t }: SaveProps) {
  const client = useQueryClient();
  const words = useTexts();
  const [asking, setAsking] = useState(false);
  const save = useMutation({
    mutationFn: () =>
      api.post<{ version: number }>(`/api/points/programmes/${draft.key}/versions`, { definition: draft }),
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: ["points", "programmes"] });
      onSaved(saved.version);
      say(t("edit.saved", { n: saved.version }));
    },
    onError: (error) => sayError(error, words("state.offline")),
  });
  return (
    <>
      <Button disabled={!changed || !sound} loading={save.isPending} onClick={() => save.mutate()}>
        {t("edit.save")}
      </Button>
      <Button
        type="primary"
        disabled={changed || isCurrent}
        title={changed ? t("edit.save_first") : undefined}
        onClick={() => setAsking(true)}
      >
        {t("edit.activate")}
      </Button>
      {asking ? (
        <ActivateDialog
          draft={draft}
          version={version}
          current={current}
          today={today}
          onClose={() => setAsking(false)}
          t={t}
        />
      ) : null}
    </>
  );
}

interface ActivateProps extends Pick<SaveProps, "draft" | "version" | "current" | "today" | "t"> {
  readonly onClose: () => void;
}

/** From which day the version holds: not before the notice that the present one promises. */
function ActivateDialog({ draft, version, current, today, onClose, t }: ActivateProps) {
  const client = useQueryClient();
  const present = useProgramme(current?.programme ?? draft.key).data;
  const terms = present?.versions.find((one) => one.version === current?.version)?.definition;
  const notice = current === undefined ? 0 : (terms?.notice_days ?? 0);
  const earliest = dayAfter(today, notice);
  const [typed, setTyped] = useState<string>();
  const day = typed ?? earliest;
  const activate = useMutation({
    mutationFn: () => api.post(`/api/points/programmes/${draft.key}/versions/${version}/activate`, { from_day: day }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["points"] });
      say(t("activate.done", { day: formatDay(day) }));
      onClose();
    },
  });
  const early = current !== undefined && day < earliest;
  return (
    <FormDialog
      title={t("activate.title", { name: pick(draft.zh, draft.en), n: version })}
      act={t("activate.act")}
      ready={!early}
      busy={activate.isPending}
      error={activate.error}
      onClose={onClose}
      onAct={() => activate.mutate()}
    >
      <p>{t("activate.text")}</p>
      <DayField
        label={t("activate.day")}
        value={day}
        min={current === undefined ? undefined : earliest}
        onChange={(next) => setTyped(next ?? earliest)}
      />
      {current === undefined ? (
        <p className="ht-note">{day < today ? t("activate.back") : t("activate.first")}</p>
      ) : (
        <p className={early ? "ht-field-error" : "ht-note"}>
          {t("activate.notice", { n: notice, day: formatDay(earliest) })}
        </p>
      )}
    </FormDialog>
  );
}

interface VersionsProps {
  readonly versions: readonly ProgrammeVersion[];
  readonly inForce: number | null;
  readonly from: number;
  readonly onChoose: (version: number) => void;
  readonly t: Translate;
}

function Versions({ versions, inForce, from, onChoose, t }: VersionsProps) {
  return (
    <Card title={t("versions.title")} note={t("versions.note")}>
      <VersionList
        inForce={inForce}
        inForceWord={t("versions.in_force")}
        items={versions.map((one) => ({
          version: one.version,
          name: (
            <button
              type="button"
              className="ht-version"
              aria-pressed={one.version === from}
              onClick={() => onChoose(one.version)}
            >
              {t("edit.version", { n: one.version })}
            </button>
          ),
          note: (
            <>
              {t(`versions.${one.origin}`)} · {formatInstant(one.created_at, { day: true })}
            </>
          ),
        }))}
      />
    </Card>
  );
}
