import Button from "antd/es/button";
import { Link, useParams } from "react-router";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, ErrorState, SkeletonBlock } from "../../parts/states.tsx";
import { VersionList } from "../../parts/version-list.tsx";
import { formatDay, formatInstant, listText } from "../../texts/format.ts";
import { pick, useTexts } from "../../texts/texts.ts";
import { ActivityForm } from "./activity-form.tsx";
import { AssessmentForm } from "./assessment-form.tsx";
import { ActDialog, Changes, FormButton, LacksNote, Lines, useOpenForm, VersionChip } from "./register-parts.tsx";
import { activityChanges, activityLines, purposeName, versionNote } from "./register-words.ts";
import { type Activity, type Assessment, type Registers, usePublishing, useRegisters } from "./registers-data.ts";
import "./privacy.css";
import "./texts.ts";

/** One processing activity: what holds, the draft beside it with what it lacks, its assessments, texts and versions. */
export function ActivityPage() {
  const { activity = "" } = useParams();
  const t = useTexts("privacy");
  const query = useRegisters();
  if (query.data === undefined && query.error)
    return <ErrorState error={query.error} retry={() => void query.refetch()} />;
  const versions = query.data?.activities.filter((row) => row.activity === activity) ?? [];
  const [newest] = versions;
  return (
    <div className="ht-page">
      <PageHeader
        back={{ to: "/trust/privacy?tab=registers", label: t("tab.registers") }}
        title={newest === undefined ? t("register.activity") : pick(newest.zh, newest.en)}
        note={activity}
        tags={newest === undefined ? undefined : <VersionChip state={newest.state} />}
        actions={
          newest === undefined || query.data === undefined ? undefined : <Acts versions={versions} data={query.data} />
        }
      />
      {query.data === undefined ? (
        <SkeletonBlock height={320} />
      ) : newest === undefined ? (
        <EmptyState title={t("register.unknown")} text={t("register.unknown_text")} />
      ) : (
        <Body versions={versions} data={query.data} />
      )}
    </div>
  );
}

interface Parts {
  readonly versions: readonly Activity[];
  readonly data: Registers;
}

const inForceOf = (versions: readonly Activity[]) => versions.find(({ state }) => state === "published");
const draftOf = (versions: readonly Activity[]) => versions.find(({ state }) => state === "draft");
const ofVersion = (data: Registers, { activity, version }: Activity): Assessment[] =>
  data.assessments.filter((one) => one.activity === activity && one.version === version);

function Acts({ versions, data }: Parts) {
  const t = useTexts("privacy");
  const may = useCan("privacy.publish");
  const { open, show } = useOpenForm();
  const [draft, inForce] = [draftOf(versions), inForceOf(versions)];
  if (!may) return null;
  const judged = draft === undefined ? [] : ofVersion(data, draft);
  const sealed = judged.some(({ approved_at }) => approved_at !== null);
  const close = () => show(null);
  return (
    <>
      {sealed ? null : (
        <FormButton form="draft" label={t(draft === undefined ? "register.new_version" : "register.edit_draft")} />
      )}
      {draft !== undefined && judged.length === 0 ? (
        <FormButton form="assess" label={t("register.assess")} primary />
      ) : null}
      {draft !== undefined && draft.lacks === null ? (
        <FormButton form="publish" label={t("register.publish")} primary />
      ) : null}
      {open === "draft" && !sealed ? (
        <ActivityForm
          start={draft ?? versions[0]}
          inForce={inForce}
          taken={[]}
          voids={judged.length > 0}
          onClose={close}
        />
      ) : null}
      {open === "assess" && draft !== undefined ? <AssessmentForm activity={draft} onClose={close} /> : null}
      {open === "publish" && draft !== undefined ? (
        <ActDialog
          title={t("register.publish_title", { version: draft.version })}
          act={t("register.publish")}
          path="activities/publish"
          body={{ activity: draft.activity, version: draft.version }}
          onClose={close}
        >
          <LacksNote lacks={draft.lacks} />
          {inForce === undefined ? (
            <Lines rows={activityLines(draft, t)} />
          ) : (
            <Changes changes={activityChanges(inForce, draft, t)} none={t("register.no_changes")} />
          )}
        </ActDialog>
      ) : null}
    </>
  );
}

function Body({ versions, data }: Parts) {
  const t = useTexts("privacy");
  const [draft, inForce] = [draftOf(versions), inForceOf(versions)];
  const [newest] = versions;
  const shown = inForce ?? newest;
  const texts = data.texts.filter(({ purpose, state }) => purpose === newest?.purpose && state !== "past");
  return (
    <>
      {draft === undefined ? null : (
        <Card title={t("register.draft_of", { version: draft.version })} note={versionNote(draft, t)}>
          <div className="ht-stack">
            <LacksNote lacks={draft.lacks} />
            {inForce === undefined ? (
              <Lines rows={activityLines(draft, t)} />
            ) : (
              <Changes changes={activityChanges(inForce, draft, t)} none={t("register.no_changes")} />
            )}
          </div>
        </Card>
      )}
      {shown === undefined || shown === draft ? null : (
        <Card title={t("register.in_force", { version: shown.version })} note={versionNote(shown, t)}>
          <Lines rows={activityLines(shown, t)} />
        </Card>
      )}
      <Assessments versions={versions} data={data} />
      <Card title={t("register.history")}>
        <VersionList
          inForce={inForce?.version ?? null}
          inForceWord={t("register.published")}
          items={versions.map((row, place) => {
            const before = versions[place + 1];
            const changes = before === undefined ? [] : activityChanges(before, row, t);
            const said = changes.map((one) => t("register.change", { ...one }));
            return {
              version: row.version,
              name: <strong>{t("register.version_n", { version: row.version })}</strong>,
              note: versionNote(row, t),
              says:
                before === undefined
                  ? t("register.first")
                  : said.length === 0
                    ? t("register.no_changes")
                    : listText(said),
            };
          })}
        />
      </Card>
      {texts.length === 0 ? null : (
        <Card title={t("register.texts")}>
          <ul className="tp-requests">
            {texts.map(({ purpose, language, version, state }) => (
              <li key={`${language} ${version}`}>
                <Link to={`/trust/privacy/texts/${purpose}/${language}`}>
                  {purposeName(data, purpose, t)} · {t(`language.${language}`)} · {version}
                </Link>
                <VersionChip state={state} />
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}

function Assessments({ versions, data }: Parts) {
  const t = useTexts("privacy");
  const all = versions.flatMap((row) => ofVersion(data, row));
  return (
    <Card title={t("register.assessments")} note={t("register.assessments_note")}>
      {all.length === 0 ? (
        <EmptyState small title={t("register.none_assessments")} text={t("register.none_assessments_text")} />
      ) : (
        <div className="tp-judged">
          {all.map((one) => (
            <Judged key={one.assessment_id} assessment={one} />
          ))}
        </div>
      )}
    </Card>
  );
}

function Judged({ assessment: one }: { assessment: Assessment }) {
  const t = useTexts("privacy");
  const may = useCan("privacy.publish");
  const approve = usePublishing();
  const who = one.made_name ?? t("register.nobody_known");
  return (
    <article id={`assessment-${one.assessment_id}`}>
      <h3 className="tp-acts">
        {t("register.assessment_of", { n: one.assessment_id, version: one.version })}
        {one.approved_at === null ? (
          <Chip tone="warn">{t("register.waiting")}</Chip>
        ) : (
          <Chip tone={one.is_alone ? "warn" : "good"}>
            {t(one.is_alone ? "register.approved_alone" : "register.approved")}
          </Chip>
        )}
      </h3>
      <Lines
        rows={[
          [t("register.triggers"), listText(one.triggers.map((trigger) => t(`trigger.${trigger}`)))],
          [t("register.necessity"), one.necessity],
          [t("register.effects"), one.effects],
          [t("register.measures"), one.measures],
          [t("register.risk"), t(`risk.${one.risk}`)],
          [t("register.assessor"), `${who} · ${formatInstant(one.made_at, { day: true })}`],
          [
            t("register.approval"),
            one.approved_at === null ? (
              <Approval
                key="act"
                may={may && one.may_approve}
                busy={approve.isPending}
                onAct={() => approve.mutate({ path: `assessments/${one.assessment_id}/approve`, body: {} })}
              />
            ) : (
              `${one.approved_name ?? t("register.nobody_known")} · ${formatInstant(one.approved_at, { day: true })}`
            ),
          ],
          ...(one.kept_until === null
            ? []
            : ([[t("register.kept_until"), formatDay(one.kept_until, true)]] as [string, string][])),
        ]}
      />
    </article>
  );
}

function Approval({ may, busy, onAct }: { may: boolean; busy: boolean; onAct: () => void }) {
  const t = useTexts("privacy");
  if (!may) return <span className="ht-note">{t("register.approve_other")}</span>;
  return (
    <Button size="small" loading={busy} onClick={onAct}>
      {t("register.approve")}
    </Button>
  );
}
