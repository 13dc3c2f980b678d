import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { FormError, SelectField, TextField } from "../../parts/form.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { currentDay } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { PlanSteps } from "./plan-steps.tsx";
import { CLASS_TONES } from "./risk-matrix.tsx";
import { type Risk, useTrustAct, word } from "./trust-data.ts";

const STEPS = ["1", "2", "3", "4", "5"];

function GradeForm({ risk, onDone }: { risk: Risk; onDone: () => void }) {
  const t = useTexts("trust-risks");
  const [likelihood, setLikelihood] = useState(String(risk.current.likelihood));
  const [impact, setImpact] = useState(String(risk.current.impact));
  const [reason, setReason] = useState("");
  const save = useTrustAct(
    () =>
      api.put(`/api/trust/risks/${risk.key}/grade`, {
        current: { likelihood: Number(likelihood), impact: Number(impact) },
        reason,
      }),
    onDone,
  );
  const steps = (kind: "likelihood" | "impact") =>
    STEPS.map((value) => ({ value, label: `${value} ${t(`${kind}.${value}`)}` }));
  return (
    <form
      className="ht-stack"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(undefined);
      }}
    >
      <div className="ht-row">
        <SelectField
          label={t("likelihood_title")}
          value={likelihood}
          onChange={setLikelihood}
          options={steps("likelihood")}
        />
        <SelectField label={t("impact_title")} value={impact} onChange={setImpact} options={steps("impact")} />
      </div>
      <TextField label={t("shared:act.reason")} value={reason} onChange={setReason} />
      <FormError text={save.error ? errorSentence(save.error, t("shared:state.offline")) : null} />
      <Button type="primary" htmlType="submit" loading={save.isPending} disabled={reason.trim().length < 2}>
        {t("save_grade")}
      </Button>
    </form>
  );
}

function DrillForm({ risk, onDone }: { risk: Risk; onDone: () => void }) {
  const t = useTexts("trust-risks");
  const [drill, setDrill] = useState({
    held_on: currentDay(),
    scenario: "",
    leader: "",
    result: "passed",
    findings: "",
    next_steps: "",
  });
  const set = (name: keyof typeof drill) => (value: string) => setDrill((before) => ({ ...before, [name]: value }));
  const save = useTrustAct(() => api.post(`/api/trust/risks/${risk.key}/drills`, drill), onDone);
  return (
    <form
      className="ht-stack"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(undefined);
      }}
    >
      <div className="ht-row">
        <TextField label={t("held_on")} value={drill.held_on} onChange={set("held_on")} />
        <TextField label={t("leader")} value={drill.leader} onChange={set("leader")} />
        <SelectField
          label={t("result")}
          value={drill.result}
          onChange={set("result")}
          options={["passed", "partly", "failed"].map((value) => ({ value, label: t(`drill_result.${value}`) }))}
        />
      </div>
      <TextField label={t("scenario")} value={drill.scenario} onChange={set("scenario")} />
      <TextField label={t("findings")} value={drill.findings} onChange={set("findings")} required={false} />
      <TextField label={t("next_steps")} value={drill.next_steps} onChange={set("next_steps")} required={false} />
      <FormError text={save.error ? errorSentence(save.error, t("shared:state.offline")) : null} />
      <Button type="primary" htmlType="submit" loading={save.isPending}>
        {t("log_drill")}
      </Button>
    </form>
  );
}

function Drills({ risk }: { risk: Risk }) {
  const t = useTexts("trust-risks");
  if (risk.drills.length === 0) return <p className="ht-note">{t("no_drills")}</p>;
  return (
    <ul className="tr-list">
      {risk.drills.map((drill) => (
        <li key={drill.drill_id}>
          <b>{drill.held_on}</b>{" "}
          <Chip tone={drill.result === "passed" ? "good" : drill.result === "partly" ? "warn" : "bad"}>
            {t(`drill_result.${drill.result}`)}
          </Chip>{" "}
          {drill.scenario} · {drill.leader}
          {drill.findings === "" ? "" : ` · ${drill.findings}`}
          {drill.next_steps === "" ? "" : ` → ${drill.next_steps}`}
        </li>
      ))}
    </ul>
  );
}

/** One risk: what it is, what is done, the plan, drills; graded anew and drills logged here. */
export function RiskDialog({ risk, onClose }: { risk: Risk; onClose: () => void }) {
  const t = useTexts("trust-risks");
  const [form, setForm] = useState<"grade" | "drill" | null>(null);
  const may_grade = useCan("trust.manage");
  const may_log = useCan("trust.handle");
  return (
    <Dialog open title={word(risk.name)} onClose={onClose} place="side">
      <div className="ht-stack">
        <p>{word(risk.description)}</p>
        <p>
          <Chip tone={CLASS_TONES[risk.class]}>
            {t(`class.${risk.class}`)} {risk.score}
          </Chip>{" "}
          {t("grade_line", {
            likelihood: risk.current.likelihood,
            impact: risk.current.impact,
            before: risk.inherent.likelihood * risk.inherent.impact,
          })}{" "}
          · {word(risk.owner)}
        </p>
        {may_grade && form !== "grade" ? <Button onClick={() => setForm("grade")}>{t("regrade")}</Button> : null}
        {form === "grade" ? <GradeForm risk={risk} onDone={() => setForm(null)} /> : null}
        <h3>{t("measures")}</h3>
        <ul className="tr-list">
          {risk.measures.map((measure) => (
            <li key={measure.en}>{word(measure)}</li>
          ))}
        </ul>
        <h3>{word(risk.plan.title)}</h3>
        <PlanSteps steps={risk.plan.steps} />
        <h3>{t("drills")}</h3>
        <Drills risk={risk} />
        {may_log && form !== "drill" ? <Button onClick={() => setForm("drill")}>{t("log_drill")}</Button> : null}
        {form === "drill" ? <DrillForm risk={risk} onDone={() => setForm(null)} /> : null}
      </div>
    </Dialog>
  );
}
