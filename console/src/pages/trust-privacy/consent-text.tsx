import { useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import { useCan } from "../../api/session.ts";
import { TextField } from "../../parts/form.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, ErrorState, SkeletonBlock } from "../../parts/states.tsx";
import { TextDifference } from "../../parts/text-difference.tsx";
import { formatDay } from "../../texts/format.ts";
import { pick, useTexts } from "../../texts/texts.ts";
import { ConsentTextForm } from "./consent-text-form.tsx";
import { ActDialog, FormButton, LacksNote, Lines, useOpenForm, VersionChip } from "./register-parts.tsx";
import { purposeName, versionNote } from "./register-words.ts";
import { type ConsentText, type Registers, useRegisters } from "./registers-data.ts";
import "../../parts/version-list.css";
import "./privacy.css";
import "./texts.ts";

/** The text of one purpose in one language: what members agree to now, the draft beside it, and every version before. */
export function ConsentTextPage() {
  const { purpose = "", language = "" } = useParams();
  const t = useTexts("privacy");
  const query = useRegisters();
  if (query.data === undefined && query.error)
    return <ErrorState error={query.error} retry={() => void query.refetch()} />;
  const { data } = query;
  const versions = data?.texts.filter((row) => row.purpose === purpose && row.language === language) ?? [];
  const [newest] = versions;
  return (
    <div className="ht-page">
      <PageHeader
        back={{ to: "/trust/privacy?tab=registers", label: t("tab.registers") }}
        title={
          data === undefined
            ? t("register.texts")
            : `${purposeName(data, purpose, t)} · ${t(`language.${language}`, { defaultValue: language })}`
        }
        note={purpose}
        tags={newest === undefined ? undefined : <VersionChip state={newest.state} />}
        actions={
          data === undefined || newest === undefined ? undefined : (
            <Acts data={data} versions={versions} newest={newest} />
          )
        }
      />
      {data === undefined ? (
        <SkeletonBlock height={320} />
      ) : newest === undefined ? (
        <EmptyState title={t("register.unknown")} text={t("register.unknown_text")} />
      ) : (
        <Body data={data} versions={versions} newest={newest} />
      )}
    </div>
  );
}

interface Parts {
  readonly data: Registers;
  readonly versions: readonly ConsentText[];
  readonly newest: ConsentText;
}

function Acts({ data, versions, newest }: Parts) {
  const t = useTexts("privacy");
  const may = useCan("privacy.publish");
  const { open, show } = useOpenForm();
  const [from, setFrom] = useState(data.today);
  const draft = versions.find(({ state }) => state === "draft");
  const inForce = versions.find(({ state }) => state === "published");
  if (!may) return null;
  const close = () => show(null);
  return (
    <>
      <FormButton form="draft" label={t(draft === undefined ? "register.new_version" : "register.edit_draft")} />
      {draft !== undefined && draft.lacks === null ? (
        <FormButton form="publish" label={t("register.publish")} primary />
      ) : null}
      {open === "draft" ? <ConsentTextForm data={data} of={newest} onClose={close} /> : null}
      {open === "publish" && draft !== undefined ? (
        <ActDialog
          title={t("register.publish_text", { version: draft.version })}
          act={t("register.publish")}
          path="texts/publish"
          body={{ purpose: draft.purpose, language: draft.language, version: draft.version, valid_from: from }}
          onClose={close}
        >
          <LacksNote lacks={draft.lacks} />
          <TextField
            label={t("register.valid_from")}
            hint={t("register.valid_from_hint")}
            type="date"
            value={from}
            onChange={setFrom}
          />
          <TextDifference before={inForce?.body ?? draft.body} after={draft.body} />
        </ActDialog>
      ) : null}
    </>
  );
}

function Body({ data, versions, newest }: Parts) {
  const t = useTexts("privacy");
  const [params, setParams] = useSearchParams();
  const chosen = versions.find(({ version }) => version === params.get("version")) ?? newest;
  const before = versions[versions.indexOf(chosen) + 1];
  const activity = data.activities.find(({ purpose, state }) => purpose === chosen.purpose && state !== "past");
  const choose = (version: string) => {
    const next = new URLSearchParams(params);
    next.set("version", version);
    setParams(next, { replace: true });
  };
  return (
    <>
      <Card title={t("register.history")}>
        <ul className="ht-versions">
          {versions.map((row) => (
            <li key={row.version}>
              <button
                type="button"
                className="ht-version"
                aria-pressed={row === chosen}
                onClick={() => choose(row.version)}
              >
                {row.version}
              </button>
              <VersionChip state={row.state} />
              <span className="ht-note">
                {versionNote(row, t)}
                {row.valid_from === null
                  ? ""
                  : ` · ${t("register.from_day", { day: formatDay(row.valid_from, true) })}`}
              </span>
            </li>
          ))}
        </ul>
      </Card>
      <Card
        title={t("register.text_of", { version: chosen.version })}
        note={before === undefined ? t("register.first") : t("register.compared", { version: before.version })}
      >
        <div className="ht-stack">
          {chosen.state === "draft" ? <LacksNote lacks={chosen.lacks} /> : null}
          <TextDifference before={before?.body ?? chosen.body} after={chosen.body} />
          <Lines
            rows={[
              ["SHA-256", chosen.sha256],
              ...(activity === undefined
                ? []
                : ([
                    [
                      t("register.rests_on"),
                      <Link key="activity" to={`/trust/privacy/activities/${activity.activity}`}>
                        {pick(activity.zh, activity.en)}
                      </Link>,
                    ],
                  ] as [string, React.ReactNode][])),
            ]}
          />
        </div>
      </Card>
    </>
  );
}
