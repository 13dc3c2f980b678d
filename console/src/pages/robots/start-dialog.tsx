import { useState } from "react";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { useTexts } from "../../texts/texts.ts";
import { InputFields } from "./robot-form.tsx";
import { type Robot, useFlows, useStart } from "./robots-data.ts";

interface StartProps {
  readonly robot: Robot;
  readonly onClose: () => void;
  readonly onStarted: (run_id: number) => void;
}

/** Starts a robot now, with other inputs than its own where somebody wants them for this once. */
export function StartDialog({ robot, onClose, onStarted }: StartProps) {
  const t = useTexts("robots");
  const flow = useFlows().data?.items.find((one) => one.flow === robot.flow);
  const addresses = new Set(flow?.inputs.flatMap((field) => (field.address ? [field.name] : [])));
  const [inputs, setInputs] = useState<Readonly<Record<string, string>>>(robot.inputs);
  const start = useStart(robot.robot_id, onStarted);
  return (
    <FormDialog
      title={t("start_of", { name: robot.name })}
      act={t("start")}
      ready={flow !== undefined}
      busy={start.isPending}
      error={start.error}
      onClose={onClose}
      onAct={() => start.mutate(Object.fromEntries(Object.entries(inputs).filter(([name]) => !addresses.has(name))))}
    >
      <p className="ht-note">{t("start_text")}</p>
      {flow === undefined ? null : <InputFields flow={flow} values={inputs} onChange={setInputs} addresses={false} />}
    </FormDialog>
  );
}
