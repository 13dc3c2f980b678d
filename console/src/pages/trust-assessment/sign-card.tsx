import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useCan, useSession } from "../../api/session.ts";
import { FormError, TextField } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { formatInstant } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { useTrustAct } from "../trust-risks/trust-data.ts";
import type { Assessment } from "./assessment-data.ts";

const SHOWN = 12;

/** What was assessed, its hash, and who stands for it by name. */
export function SignCard({ assessment }: { assessment: Assessment }) {
  const t = useTexts("trust-assessment");
  const may = useCan("trust.assess");
  const me = useSession()?.person?.id;
  const [statement, setStatement] = useState("");
  const sign = useTrustAct(
    () => api.post(`/api/trust/assessments/${assessment.assessment_id}/signatures`, { statement }),
    () => setStatement(""),
  );
  const { version, packages, config_hash, lock_hash } = assessment.subject;
  const short = (value: unknown) => String(value).slice(0, SHOWN);
  return (
    <Card title={t("subject")}>
      <div className="ht-stack">
        <dl className="tm-subject">
          <dt>{t("version")}</dt>
          <dd>{String(version)}</dd>
          <dt>{t("assets")}</dt>
          <dd>{t("packages", { n: Number(packages), hash: short(lock_hash) })}</dd>
          <dt>{t("config")}</dt>
          <dd className="ht-code">{short(config_hash)}</dd>
          <dt>{t("hash")}</dt>
          <dd className="ht-code">{short(assessment.hash)}</dd>
        </dl>
        {assessment.signatures.map((signature) => (
          <p key={signature.person_id}>
            <b>{signature.name}</b> {formatInstant(signature.signed_at, { day: true })} · {signature.statement}
          </p>
        ))}
        {may && !assessment.signatures.some(({ person_id }) => person_id === me) ? (
          <>
            <TextField label={t("statement")} value={statement} onChange={setStatement} hint={t("statement_hint")} />
            <FormError text={sign.error ? errorSentence(sign.error, t("shared:state.offline")) : null} />
            <Button
              loading={sign.isPending}
              disabled={statement.trim().length < 2}
              onClick={() => sign.mutate(undefined)}
            >
              {t("sign")}
            </Button>
          </>
        ) : null}
      </div>
    </Card>
  );
}
