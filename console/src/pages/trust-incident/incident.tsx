import Button from "antd/es/button";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Chip, StatusDot } from "../../parts/chips.tsx";
import { Instant } from "../../parts/figures.tsx";
import { FormError, SelectField, TextField } from "../../parts/form.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { ReasonDialog } from "../../parts/reason-dialog.tsx";
import { Sparkline } from "../../parts/sparkline.tsx";
import { errorSentence, Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { addTexts, pick, type Translate, useTexts } from "../../texts/texts.ts";
import { DueClock } from "../trust-risks/clock.tsx";
import riskEn from "../trust-risks/en.json";
import { PlanSteps } from "../trust-risks/plan-steps.tsx";
import "../trust-risks/risks.css";
import {
  type IncidentDetail,
  SEVERITIES,
  useIncident,
  useTrustAct,
  valueText,
  word,
} from "../trust-risks/trust-data.ts";
import riskZh from "../trust-risks/zh.json";
import { Deliveries } from "./deliveries.tsx";
import en from "./en.json";
import "./incident.css";
import { ReportCard } from "./report-card.tsx";
import zh from "./zh.json";

addTexts("trust-risks", { zh: riskZh, en: riskEn });
addTexts("trust-incident", { zh, en });

function Acts({ incident }: { incident: IncidentDetail }) {
  const t = useTexts("trust-incident");
  const [closing, setClosing] = useState(false);
  const may = useCan("trust.handle");
  const path = `/api/trust/incidents/${incident.incident_id}`;
  const take = useTrustAct(() => api.post(`${path}/acknowledgement`, {}));
  const close = useTrustAct(
    (text: string) => api.post(`${path}/closure`, { text }),
    () => setClosing(false),
  );
  if (!may || incident.state === "closed" || incident.synthetic) return null;
  return (
    <>
      {incident.state === "open" ? (
        <Button type="primary" loading={take.isPending} onClick={() => take.mutate(undefined)}>
          {t("take")}
        </Button>
      ) : null}
      <Button onClick={() => setClosing(true)}>{t("close")}</Button>
      {closing ? (
        <ReasonDialog
          title={t("close")}
          text={t("close_text")}
          hint={t("close_hint")}
          act={t("close")}
          busy={close.isPending}
          error={close.error}
          onClose={() => setClosing(false)}
          onAct={(text) => close.mutate(text)}
        />
      ) : null}
    </>
  );
}

function State({ incident }: { incident: IncidentDetail }) {
  const t = useTexts("trust-incident");
  if (incident.state === "closed") return <StatusDot tone="neutral">{t("state.closed")}</StatusDot>;
  if (incident.state === "acknowledged")
    return <StatusDot tone="info">{t("state.taken", { name: incident.acknowledged_by_name ?? "" })}</StatusDot>;
  return <DueClock due_at={incident.due_at} label={t("answer")} />;
}

function Facts({ incident }: { incident: IncidentDetail }) {
  const t = useTexts("trust-incident");
  const value = (figure: number) => valueText(figure, incident.unit, t);
  return (
    <Card title={t("what")}>
      <div className="ht-stack">
        <dl className="ti-facts">
          <div>
            <dt>{t("now")}</dt>
            <dd className="ht-figure">{value(incident.last_value)}</dd>
          </div>
          <div>
            <dt>{t("worst")}</dt>
            <dd className="ht-figure">{value(incident.worst_value)}</dd>
          </div>
          <div>
            <dt>{t("since")}</dt>
            <dd>
              <Instant at={incident.opened_at} />
            </dd>
          </div>
          <div>
            <dt>{t("on_call")}</dt>
            <dd>{incident.on_call ?? "—"}</dd>
          </div>
        </dl>
        <Sparkline
          series={incident.series.map((point) => point.value)}
          label={t("series", { now: value(incident.last_value), worst: value(incident.worst_value) })}
          height={72}
        />
        {incident.how === null ? null : <p className="ht-note">{word(incident.how)}</p>}
        {incident.advice === null ? null : (
          <p className="ti-advice">
            <b>{t("advice")}</b> {word(incident.advice)}{" "}
            {incident.link === null ? null : <Link to={incident.link}>{t("facts")}</Link>}
          </p>
        )}
      </div>
    </Card>
  );
}

/** The text of a note in words: values with their unit, grades by their name. */
function noteText(what: string, text: string, incident: IncidentDetail, t: Translate): string {
  if (what === "opened" || what === "raised") return valueText(Number(text), incident.unit, t);
  if (what === "report") return t(`report.${text}`);
  if (what !== "severity") return text;
  const [code = "", ...rest] = text.split(": ");
  return [t(`severity.${code}`), ...rest].join("：");
}

function Notes({ incident }: { incident: IncidentDetail }) {
  const t = useTexts("trust-incident");
  const [text, setText] = useState("");
  const may = useCan("trust.handle");
  const add = useTrustAct(
    () => api.post(`/api/trust/incidents/${incident.incident_id}/notes`, { text }),
    () => setText(""),
  );
  return (
    <Card title={t("notes")}>
      <div className="ht-stack">
        <ol className="ti-notes">
          {incident.notes.map((note) => (
            <li key={note.note_id}>
              <Instant at={note.at} />
              <span>
                {t(`note.${note.what}`, {
                  text: noteText(note.what, note.text, incident, t),
                })}
                {note.person === null ? "" : ` · ${note.person}`}
                {["note", "acknowledged", "closed"].includes(note.what) && note.text !== "" && note.text !== "drill" ? (
                  <p>{note.text}</p>
                ) : null}
              </span>
            </li>
          ))}
        </ol>
        {may ? (
          <form
            className="ti-note-form"
            onSubmit={(event) => {
              event.preventDefault();
              add.mutate(undefined);
            }}
          >
            <TextField label={t("write_note")} value={text} onChange={setText} />
            <Button htmlType="submit" loading={add.isPending} disabled={text.trim().length < 2}>
              {t("add_note")}
            </Button>
          </form>
        ) : null}
        <FormError text={add.error ? errorSentence(add.error, t("shared:state.offline")) : null} />
      </div>
    </Card>
  );
}

function SeverityCard({ incident }: { incident: IncidentDetail }) {
  const t = useTexts("trust-incident");
  const may = useCan("trust.handle");
  const judge = useTrustAct((severity: string) =>
    api.put(`/api/trust/incidents/${incident.incident_id}/severity`, { severity }),
  );
  return (
    <Card title={t("severity_title")} note={t("severity_note")}>
      {may ? (
        <SelectField
          label={t("severity_label")}
          value={incident.severity ?? ""}
          onChange={(value) => (value === "" ? undefined : judge.mutate(value))}
          options={[
            { value: "", label: t("not_judged") },
            ...SEVERITIES.map((value) => ({ value, label: t(`severity.${value}`) })),
          ]}
          hint={t("severity_hint")}
        />
      ) : (
        <p>{incident.severity === null ? t("not_judged") : t(`severity.${incident.severity}`)}</p>
      )}
      <FormError text={judge.error ? errorSentence(judge.error, t("shared:state.offline")) : null} />
    </Card>
  );
}

function Incident({ incident }: { incident: IncidentDetail }) {
  const t = useTexts("trust-incident");
  return (
    <>
      <PageHeader
        back={{ to: "/trust/risks", label: t("back") }}
        title={`${pick(incident.zh, incident.en)}${incident.label === "" ? "" : ` · ${incident.label}`}`}
        note={`IN${incident.incident_id}`}
        tags={
          <>
            <Chip tone={incident.level === "alarm" ? "bad" : "warn"}>{t(`level.${incident.level}`)}</Chip>
            {incident.synthetic ? <Chip>{t("drill")}</Chip> : null}
            <State incident={incident} />
          </>
        }
        actions={<Acts incident={incident} />}
      />
      {incident.synthetic ? <p className="ht-note">{t("drill_note")}</p> : null}
      <div className="ht-grid">
        <div className="ht-span-7 ht-stack">
          <Facts incident={incident} />
          <Notes incident={incident} />
          {incident.reports.map((report) => (
            <ReportCard key={report.kind} incident_id={incident.incident_id} report={report} />
          ))}
        </div>
        <div className="ht-span-5 ht-stack">
          {incident.synthetic ? null : <SeverityCard incident={incident} />}
          {incident.risks.map((risk) => (
            <Card key={risk.key} title={word(risk.plan.title)} note={word(risk.name)}>
              <PlanSteps steps={risk.plan.steps} />
            </Card>
          ))}
          <Deliveries incident={incident} />
        </div>
      </div>
    </>
  );
}

export function IncidentPage() {
  const { incidentId = "" } = useParams();
  const query = useIncident(incidentId);
  return (
    <div className="ht-page">
      <Loaded query={query} skeleton={<SkeletonBlock height={480} />}>
        {(incident) => <Incident incident={incident} />}
      </Loaded>
    </div>
  );
}
