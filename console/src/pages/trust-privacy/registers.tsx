import Button from "antd/es/button";
import { useCan } from "../../api/session.ts";
import { Chip, type Tone } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount, formatDay, listText } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { type Registers, usePublishing, useRegisters } from "./registers-data.ts";

const TONES: Readonly<Record<"draft" | "published" | "past", Tone>> = {
  draft: "warn",
  published: "good",
  past: "neutral",
};
const HASH_SHOWN = 12;

/** What personal data are processed for, how that was judged, and the texts people agree to. */
export function RegistersView() {
  const t = useTexts("privacy");
  const registers = useRegisters();
  return (
    <Loaded query={registers} skeleton={<SkeletonTable columns={5} rows={6} />}>
      {(data) => (
        <>
          <Card flush title={t("register.activities")} note={t("register.activities_note")}>
            <Activities data={data} />
          </Card>
          <Card flush title={t("register.assessments")} note={t("register.assessments_note")}>
            <Assessments data={data} />
          </Card>
          <Card flush title={t("register.texts")} note={t("register.texts_note")}>
            <Texts data={data} />
          </Card>
        </>
      )}
    </Loaded>
  );
}

/** Where an entry stands; a draft can be put into force here. */
function Publishing({ state, path, body }: { state: "draft" | "published" | "past"; path: string; body: unknown }) {
  const t = useTexts("privacy");
  const may = useCan("privacy.publish");
  return (
    <span className="tp-acts">
      <Chip tone={TONES[state]}>{t(`register.${state}`)}</Chip>
      {state === "draft" && may ? <Publish path={path} body={body} label={t("register.publish")} /> : null}
    </span>
  );
}

function Publish({ path, body, label }: { path: string; body: unknown; label: string }) {
  const act = usePublishing();
  return (
    <Button size="small" loading={act.isPending} onClick={() => act.mutate({ path, body })}>
      {label}
    </Button>
  );
}

function Activities({ data }: { data: Registers }) {
  const t = useTexts("privacy");
  return (
    <DataTable
      label={t("register.activities")}
      rows={data.activities}
      rowKey={(row) => `${row.activity} ${row.version}`}
      empty={<EmptyState small title={t("register.none")} text={t("register.none_text")} />}
      columns={[
        {
          key: "activity",
          title: t("register.activity"),
          render: (row) => (
            <span className="ht-cell-two">
              {pick(row.zh, row.en)}
              <small>
                {row.activity} v{row.version}
              </small>
            </span>
          ),
        },
        { key: "basis", title: t("register.basis"), render: (row) => t(`basis.${row.legal_basis}`) },
        {
          key: "data",
          title: t("register.data"),
          wrap: true,
          hide: "tablet",
          render: (row) => listText(row.data_classes),
        },
        {
          key: "kept",
          title: t("register.kept"),
          numeric: true,
          hide: "phone",
          render: (row) => t("register.days", { n: formatCount(row.retention_days) }),
        },
        {
          key: "to",
          title: t("register.recipients"),
          wrap: true,
          hide: "tablet",
          render: (row) => listText(row.recipients),
        },
        {
          key: "state",
          title: t("column.state"),
          render: (row) => (
            <Publishing
              state={row.state}
              path="activities/publish"
              body={{ activity: row.activity, version: row.version }}
            />
          ),
        },
      ]}
    />
  );
}

function Assessments({ data }: { data: Registers }) {
  const t = useTexts("privacy");
  const may = useCan("privacy.publish");
  return (
    <DataTable
      label={t("register.assessments")}
      rows={data.assessments}
      rowKey={(row) => row.assessment_id}
      empty={<EmptyState small title={t("register.none")} text={t("register.none_assessments_text")} />}
      columns={[
        {
          key: "activity",
          title: t("register.activity"),
          render: (row) => {
            const named = data.activities.find((one) => one.activity === row.activity);
            return (
              <span className="ht-cell-two">
                {named === undefined ? row.activity : pick(named.zh, named.en)}
                <small>
                  {row.activity} v{row.version}
                </small>
              </span>
            );
          },
        },
        { key: "risk", title: t("register.risk"), render: (row) => t(`risk.${row.risk}`) },
        {
          key: "approved",
          title: t("register.approval"),
          render: (row) =>
            row.approved_at === null ? (
              may ? (
                <Publish path={`assessments/${row.assessment_id}/approve`} body={{}} label={t("register.approve")} />
              ) : (
                <Chip tone="warn">{t("register.waiting")}</Chip>
              )
            ) : (
              <Chip tone={row.is_alone ? "warn" : "good"}>
                {t(row.is_alone ? "register.approved_alone" : "register.approved")}
              </Chip>
            ),
        },
        {
          key: "kept",
          title: t("register.kept_until"),
          hide: "phone",
          render: (row) => (row.kept_until === null ? "—" : formatDay(row.kept_until, true)),
        },
      ]}
    />
  );
}

/** A purpose in words: as such, or as the activity that has it; its code where nobody named it. */
function purposeName({ activities }: Registers, purpose: string, t: Translate): string {
  const activity = activities.find((one) => one.purpose === purpose && one.state !== "past");
  const named = activity === undefined ? purpose : pick(activity.zh, activity.en);
  return t(`shared:purpose.${purpose}`, { defaultValue: named });
}

function Texts({ data }: { data: Registers }) {
  const t = useTexts("privacy");
  return (
    <DataTable
      label={t("register.texts")}
      rows={data.texts}
      rowKey={(row) => `${row.purpose} ${row.language} ${row.version}`}
      empty={<EmptyState small title={t("register.none")} text={t("register.none_texts_text")} />}
      columns={[
        {
          key: "purpose",
          title: t("register.purpose"),
          render: (row) => (
            <span className="ht-cell-two">
              {purposeName(data, row.purpose, t)} · {t(`language.${row.language}`, { defaultValue: row.language })}
              <small>{row.purpose}</small>
            </span>
          ),
        },
        { key: "version", title: t("register.version"), render: (row) => row.version },
        {
          key: "hash",
          title: "SHA-256",
          hide: "phone",
          render: (row) => <code>{row.sha256.slice(0, HASH_SHOWN)}</code>,
        },
        {
          key: "from",
          title: t("register.valid_from"),
          hide: "phone",
          render: (row) => (row.valid_from === null ? "—" : formatDay(row.valid_from, true)),
        },
        {
          key: "state",
          title: t("column.state"),
          render: (row) => (
            <Publishing
              state={row.state}
              path="texts/publish"
              body={{ purpose: row.purpose, language: row.language, version: row.version }}
            />
          ),
        },
      ]}
    />
  );
}
