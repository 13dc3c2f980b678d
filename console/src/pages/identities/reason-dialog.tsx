import Button from "antd/es/button";
import { useState } from "react";
import { Dialog } from "../../parts/dialog.tsx";
import { TextField } from "../../parts/form.tsx";
import { useTexts } from "../../texts/texts.ts";

interface ReasonDialogProps {
  readonly title: string;
  readonly text: string;
  readonly act: string;
  readonly busy: boolean;
  readonly onClose: () => void;
  readonly onAct: (reason: string) => void;
}

/** Asks for the reason of a decision that stands in the log. */
export function ReasonDialog({ title, text, act, busy, onClose, onAct }: ReasonDialogProps) {
  const t = useTexts("identities");
  const [reason, setReason] = useState("");
  return (
    <Dialog
      open
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("shared:act.cancel")}</Button>
          <Button type="primary" loading={busy} disabled={reason.trim() === ""} onClick={() => onAct(reason.trim())}>
            {act}
          </Button>
        </>
      }
    >
      <div className="ht-stack">
        <p>{text}</p>
        <TextField label={t("reason")} hint={t("reason_hint")} autoFocus value={reason} onChange={setReason} />
      </div>
    </Dialog>
  );
}
