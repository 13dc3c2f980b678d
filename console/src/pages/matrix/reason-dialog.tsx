import Button from "antd/es/button";
import { useState } from "react";
import { Dialog } from "../../parts/dialog.tsx";
import { TextField } from "../../parts/form.tsx";
import { useTexts } from "../../texts/texts.ts";

interface ReasonDialogProps {
  readonly title: string;
  readonly text: string;
  readonly act: string;
  readonly pending: boolean;
  readonly danger?: boolean;
  readonly onClose: () => void;
  readonly onDone: (reason: string) => void;
}

/** Asks why before something is done that stays in the history. */
export function ReasonDialog({ title, text, act, pending, danger, onClose, onDone }: ReasonDialogProps) {
  const t = useTexts("matrix");
  const [reason, setReason] = useState("");
  return (
    <Dialog
      open
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("shared:act.cancel")}</Button>
          <Button
            type="primary"
            danger={danger ?? false}
            loading={pending}
            disabled={reason.trim().length < 2}
            onClick={() => onDone(reason.trim())}
          >
            {act}
          </Button>
        </>
      }
    >
      <div className="ht-stack">
        <p>{text}</p>
        <TextField label={t("reason")} autoFocus value={reason} onChange={setReason} />
      </div>
    </Dialog>
  );
}
