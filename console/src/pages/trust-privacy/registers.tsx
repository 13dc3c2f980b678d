import { DownloadOutlined } from "@ant-design/icons";
import { Link, useNavigate } from "react-router";
import { withQuery } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount, formatDay, listText } from "../../texts/format.ts";
import { currentLanguage, pick, useTexts } from "../../texts/texts.ts";
import { ActivityForm } from "./activity-form.tsx";
import { ConsentTextForm } from "./consent-text-form.tsx";
import { FormButton, useOpenForm, VersionChip } from "./register-parts.tsx";
import { purposeName } from "./register-words.ts";
import { type Activity, type ConsentText, type Lacks, type Registers, useRegisters } from "./registers-data.ts";

const activityPath = (activity: string) => `/trust/privacy/activities/${activity}`;
const textPath = ({ purpose, language }: ConsentText) => `/trust/privacy/texts/${purpose}/${language}`;

/** What personal data are processed for, how that was judged, and the texts people agree to. */
export function RegistersView() {
  const t = useTexts("privacy");
  const may = useCan("privacy.publish");
  const { open, show } = useOpenForm();
  const close = () => show(null);
  return (
    <Loaded query={useRegisters()} skeleton={<SkeletonTable columns={5} rows={6} />}>
      {(data) => (
        <>
          <Card
            flush
            title={t("register.activities")}
            note={t("register.activities_note")}
            extra={
              <>
                <a
                  className="ht-button"
                  download
                  href={withQuery("/api/privacy/registers.xlsx", { language: currentLanguage() })}
                >
                  <DownloadOutlined aria-hidden="true" /> {t("register.export")}
                </a>
                {may ? <FormButton form="activity" label={t("register.new_activity")} /> : null}
              </>
            }
          >
            <Activities data={data} />
          </Card>
          <Card flush title={t("register.assessments")} note={t("register.assessments_note")}>
            <Assessments data={data} />
          </Card>
          <Card
            flush
            title={t("register.texts")}
            note={t("register.texts_note")}
            extra={may ? <FormButton form="text" label={t("register.new_text")} /> : undefined}
          >
            <Texts data={data} />
          </Card>
          {may && open === "activity" ? (
            <ActivityForm taken={data.activities.map(({ activity }) => activity)} voids={false} onClose={close} />
          ) : null}
          {may && open === "text" ? <ConsentTextForm data={data} onClose={close} /> : null}
        </>
      )}
    </Loaded>
  );
}

/** Where an entry stands; of a draft, what it lacks. */
function Standing({ row }: { row: { state: Activity["state"]; lacks: Lacks | null } }) {
  return (
    <span className="ht-cell-two tp-standing">
      <VersionChip state={row.state} />
      {row.lacks === null ? null : <small>{pick(row.lacks.sentence_zh, row.lacks.sentence_en)}</small>}
    </span>
  );
}

function Activities({ data }: { data: Registers }) {
  const t = useTexts("privacy");
  const navigate = useNavigate();
  return (
    <DataTable
      label={t("register.activities")}
      rows={data.activities.filter(({ state }) => state !== "past")}
      rowKey={(row) => `${row.activity} ${row.version}`}
      onRow={(row) => void navigate(activityPath(row.activity))}
      empty={<EmptyState small title={t("register.none")} text={t("register.none_text")} />}
      columns={[
        {
          key: "activity",
          title: t("register.activity"),
          wrap: true,
          render: (row) => (
            <span className="ht-cell-two">
              <Link to={activityPath(row.activity)}>{pick(row.zh, row.en)}</Link>
              <small>
                {row.activity} v{row.version}
              </small>
            </span>
          ),
        },
        { key: "basis", title: t("register.basis"), hide: "phone", render: (row) => t(`basis.${row.legal_basis}`) },
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
        { key: "state", title: t("column.state"), wrap: true, render: (row) => <Standing row={row} /> },
      ]}
    />
  );
}

function Assessments({ data }: { data: Registers }) {
  const t = useTexts("privacy");
  return (
    <DataTable
      label={t("register.assessments")}
      rows={data.assessments}
      rowKey={(row) => row.assessment_id}
      empty={<EmptyState small title={t("register.none_assessments")} text={t("register.none_assessments_text")} />}
      columns={[
        {
          key: "activity",
          title: t("register.activity"),
          wrap: true,
          render: (row) => {
            const named = data.activities.find((one) => one.activity === row.activity);
            return (
              <span className="ht-cell-two">
                <Link to={`${activityPath(row.activity)}#assessment-${row.assessment_id}`}>
                  {named === undefined ? row.activity : pick(named.zh, named.en)}
                </Link>
                <small>
                  № {row.assessment_id} · {row.activity} v{row.version}
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
              <Chip tone="warn">{t("register.waiting")}</Chip>
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

function Texts({ data }: { data: Registers }) {
  const t = useTexts("privacy");
  const navigate = useNavigate();
  return (
    <DataTable
      label={t("register.texts")}
      rows={data.texts.filter(({ state }) => state !== "past")}
      rowKey={(row) => `${row.purpose} ${row.language} ${row.version}`}
      onRow={(row) => void navigate(textPath(row))}
      empty={<EmptyState small title={t("register.none_texts")} text={t("register.none_texts_text")} />}
      columns={[
        {
          key: "purpose",
          title: t("register.purpose"),
          wrap: true,
          render: (row) => (
            <span className="ht-cell-two">
              <Link to={`${textPath(row)}?version=${row.version}`}>
                {purposeName(data, row.purpose, t)} · {t(`language.${row.language}`, { defaultValue: row.language })}
              </Link>
              <small>
                {row.purpose} {row.version}
              </small>
            </span>
          ),
        },
        { key: "version", title: t("register.version"), hide: "phone", render: (row) => row.version },
        {
          key: "from",
          title: t("register.valid_from"),
          hide: "phone",
          render: (row) => (row.valid_from === null ? "—" : formatDay(row.valid_from, true)),
        },
        { key: "state", title: t("column.state"), wrap: true, render: (row) => <Standing row={row} /> },
      ]}
    />
  );
}
