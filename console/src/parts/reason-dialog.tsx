import { type ReactNode, useState } from "react";
import { useTexts } from "../texts/texts.ts";
import { FormDialog } from "./form-dialog.tsx";
import { TextField } from "./form.tsx";

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
    <FormDialog
      title={title}
      act={act}
      danger={props.danger ?? false}
      ready={reason.trim().length >= LETTERS_MIN}
      busy={busy}
      error={error}
      onClose={onClose}
      onAct={() => onAct(reason.trim())}
    >
      {typeof text === "string" ? <p>{text}</p> : text}
      <TextField label={t("act.reason")} hint={hint} autoFocus value={reason} onChange={setReason} />
    </FormDialog>
  );
}
