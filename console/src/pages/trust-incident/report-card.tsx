import { DownloadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useId, useState } from "react";
import { api, withQuery } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { StatusDot } from "../../parts/chips.tsx";
import { FormError } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { errorSentence, Loaded } from "../../parts/states.tsx";
import { formatInstant } from "../../texts/format.ts";
import { currentLanguage, useTexts } from "../../texts/texts.ts";
import { DueClock } from "../trust-risks/clock.tsx";
import { type Report, type ReportKind, useTrustAct, type Words, word } from "../trust-risks/trust-data.ts";

type Field = Words & { readonly key: string };

function Area({
  label,
  value,
  locked,
  onChange,
}: {
  label: string;
  value: string;
  locked: boolean;
  onChange: (text: string) => void;
}) {
  const id = useId();
  return (
    <div className="ht-field">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        className="ht-input"
        rows={value.length > 60 ? 3 : 1}
        maxLength={4000}
        value={value}
        readOnly={locked}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

function Form({ incident_id, report, fields }: { incident_id: number; report: Report; fields: readonly Field[] }) {
  const t = useTexts("trust-incident");
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const may = useCan("trust.handle");
  const locked = report.submitted_at !== null || !may;
  const path = `/api/trust/incidents/${incident_id}/reports/${report.kind}`;
  const save = useTrustAct(
    () => api.put(path, { fields: typed }),
    () => setTyped({}),
  );
  const submit = useTrustAct(async () => {
    if (Object.keys(typed).length > 0) await api.put(path, { fields: typed });
    return api.post(`${path}/submission`);
  });
  const error = save.error ?? submit.error;
  return (
    <div className="ht-stack">
      <div className="ti-form">
        {fields.map((field) => (
          <Area
            key={field.key}
            label={word(field)}
            value={typed[field.key] ?? report.fields[field.key] ?? ""}
            locked={locked}
            onChange={(text) => setTyped((before) => ({ ...before, [field.key]: text }))}
          />
        ))}
      </div>
      <FormError text={error ? errorSentence(error, t("shared:state.offline")) : null} />
      <div className="ht-actions">
        {locked ? null : (
          <>
            <Button loading={save.isPending} onClick={() => save.mutate(undefined)}>
              {t("save_form")}
            </Button>
            <Button type="primary" loading={submit.isPending} onClick={() => submit.mutate(undefined)}>
              {t(`submit.${report.kind}`)}
            </Button>
          </>
        )}
        {(["html", "xlsx"] as const).map((format) => (
          <a
            key={format}
            className="ht-button"
            download
            href={withQuery(`${path}/file/${format}`, { language: currentLanguage() })}
          >
            <DownloadOutlined aria-hidden="true" /> {format === "html" ? t("as_page") : "Excel"}
          </a>
        ))}
      </div>
    </div>
  );
}

/** The report to the authority, or the notice to members, with its clock. */
export function ReportCard({ incident_id, report }: { incident_id: number; report: Report }) {
  const t = useTexts("trust-incident");
  const query = useQuery({
    queryKey: ["trust-report-fields"],
    queryFn: ({ signal }) => api.get<Record<ReportKind, readonly Field[]>>("/api/trust/report-fields", {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Card
      title={t(`report.${report.kind}`)}
      note={t(`report_note.${report.kind}`)}
      extra={
        report.submitted_at !== null ? (
          <StatusDot tone="good">{t("submitted", { at: formatInstant(report.submitted_at) })}</StatusDot>
        ) : report.due_at === null ? (
          <span className="ht-note">{t("at_once", { at: formatInstant(report.started_at) })}</span>
        ) : (
          <DueClock due_at={report.due_at} label={t("report_clock")} />
        )
      }
    >
      <Loaded query={query} small>
        {(fields) => <Form incident_id={incident_id} report={report} fields={fields[report.kind]} />}
      </Loaded>
    </Card>
  );
}
