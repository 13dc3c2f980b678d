import { useState } from "react";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { SelectField, TextField } from "../../parts/form.tsx";
import type { Translate } from "../../texts/texts.ts";
import { useSegments } from "../segments/segment-data.ts";
import { type DryRunAsked, useStartDryRun } from "./dry-run-data.ts";

interface Props {
  readonly journey: string;
  /** How members come in: of the API there is no history. */
  readonly entry: string;
  readonly onBegun: (job_id: string) => void;
  readonly onClose: () => void;
  readonly t: Translate;
}

type Whom = "entry" | "segment" | "member";
const DAYS_MAX = 365;

const wholeNumber = (text: string): number | undefined => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined);

/** Over which days, and with whom. */
export function DryRunDialog({ journey, entry, onBegun, onClose, t }: Props) {
  const [days, setDays] = useState("90");
  const [whom, setWhom] = useState<Whom>(entry === "api" ? "segment" : "entry");
  const [segment, setSegment] = useState("");
  const [member, setMember] = useState("");
  const segments = useSegments().data?.items ?? [];
  const begin = useStartDryRun(journey, (job_id) => {
    onBegun(job_id);
    onClose();
  });
  const count = wholeNumber(days);
  const chosen = whom === "segment" ? wholeNumber(segment) : whom === "member" ? wholeNumber(member) : 0;
  const ready = count !== undefined && count <= DAYS_MAX && chosen !== undefined;
  const asked = (): DryRunAsked => ({
    days: count ?? 0,
    ...(whom === "segment" ? { segment_id: chosen ?? 0 } : {}),
    ...(whom === "member" ? { member_id: chosen ?? 0 } : {}),
  });
  const choices: readonly Whom[] = entry === "api" ? ["segment", "member"] : ["entry", "segment", "member"];
  return (
    <FormDialog
      title={t("dry.title")}
      act={t("dry.begin")}
      ready={ready}
      busy={begin.isPending}
      error={begin.error}
      onClose={onClose}
      onAct={() => begin.mutate(asked())}
    >
      <p>{t("dry.about")}</p>
      <TextField
        label={t("dry.days")}
        type="number"
        value={days}
        onChange={setDays}
        hint={t("dry.days_hint", { n: DAYS_MAX })}
        autoFocus
      />
      <SelectField
        label={t("dry.whom")}
        value={whom}
        options={choices.map((value) => ({ value, label: t(`dry.by.${value}`) }))}
        onChange={(value) => setWhom(value as Whom)}
        {...(entry === "api" ? { hint: t("dry.api_hint") } : {})}
      />
      {whom === "segment" ? (
        <SelectField
          label={t("dry.segment")}
          value={segment}
          options={[
            { value: "", label: t("field.choose") },
            ...segments.map((one) => ({ value: String(one.segment_id), label: one.name })),
          ]}
          onChange={setSegment}
        />
      ) : null}
      {whom === "member" ? (
        <TextField label={t("dry.member")} type="number" value={member} onChange={setMember} />
      ) : null}
    </FormDialog>
  );
}
