import Button from "antd/es/button";
import { type ReactNode, useState } from "react";
import { useTexts } from "../texts/texts.ts";
import { Dialog } from "./dialog.tsx";
import { FormError, TextField } from "./form.tsx";
import { errorSentence } from "./states.tsx";

interface ReasonDialogProps {
  readonly title: string;
  /** What will happen. */
  readonly text: ReactNode;
  /** For whom the reason is written, with an example. */
  readonly hint?: string;
  readonly act: string;
  readonly danger?: boolean;
  readonly busy: boolean;
  /** Why it was refused; what was typed stays. */
  readonly error?: unknown;
  /** A reason that was typed before. */
  readonly start?: string;
  readonly onClose: () => void;
  readonly onAct: (reason: string) => void;
}

const LETTERS_MIN = 2;

/** Asks for the reason of a decision that stands in the log. */
export function ReasonDialog(props: ReasonDialogProps) {
  const { title, text, hint, act, busy, error, onClose, onAct } = props;
  const t = useTexts();
  const [reason, setReason] = useState(props.start ?? "");
  return (
    <Dialog
      open
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("act.cancel")}</Button>
          <Button
            type="primary"
            danger={props.danger ?? false}
            loading={busy}
            disabled={reason.trim().length < LETTERS_MIN}
            onClick={() => onAct(reason.trim())}
          >
            {act}
          </Button>
        </>
      }
    >
      <div className="ht-stack">
        {typeof text === "string" ? <p>{text}</p> : text}
        <TextField label={t("act.reason")} hint={hint} autoFocus value={reason} onChange={setReason} />
        <FormError text={error ? errorSentence(error, t("state.offline")) : null} />
      </div>
    </Dialog>
  );
}
