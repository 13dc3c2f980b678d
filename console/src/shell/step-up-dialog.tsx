import { useEffect, useRef, useState } from "react";
import { answerStepUp } from "../api/client.ts";
import { Dialog } from "../parts/dialog.tsx";
import { useTexts } from "../texts/texts.ts";
import { ProofForm } from "./proof-form.tsx";

/** Opens when the server wants a fresh second factor; what was asked for goes on by itself afterwards. */
export function StepUpDialog() {
  const t = useTexts();
  const [open, setOpen] = useState(false);
  const waiting = useRef<((proved: boolean) => void)[]>([]);
  useEffect(
    () =>
      answerStepUp(
        () =>
          new Promise((done) => {
            waiting.current.push(done);
            setOpen(true);
          }),
      ),
    [],
  );
  const end = (proved: boolean) => {
    setOpen(false);
    for (const done of waiting.current.splice(0)) done(proved);
  };
  return (
    <Dialog open={open} title={t("proof.title")} onClose={() => end(false)}>
      <p className="ht-note">{t("proof.text")}</p>
      <ProofForm onProved={() => end(true)} />
    </Dialog>
  );
}
