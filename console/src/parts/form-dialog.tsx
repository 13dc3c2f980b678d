import Button from "antd/es/button";
import type { ReactNode } from "react";
import { useTexts } from "../texts/texts.ts";
import { Dialog } from "./dialog.tsx";
import { FormError } from "./form.tsx";
import { errorSentence } from "./states.tsx";

interface FormDialogProps {
  readonly title: string;
  /** The word on the button that does it. */
  readonly act: string;
  readonly danger?: boolean;
  readonly wide?: boolean;
  readonly ready: boolean;
  readonly busy: boolean;
  /** Why it was refused; what was typed stays. */
  readonly error?: unknown;
  readonly onClose: () => void;
  readonly onAct: () => void;
  readonly children: ReactNode;
}

/** A few fields and one act: cancel, do, and why it was refused. */
export function FormDialog(props: FormDialogProps) {
  const { title, act, danger, wide, ready, busy, error, onClose, onAct, children } = props;
  const t = useTexts();
  return (
    <Dialog
      open
      wide={wide ?? false}
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("act.cancel")}</Button>
          <Button type="primary" danger={danger ?? false} disabled={!ready} loading={busy} onClick={onAct}>
            {act}
          </Button>
        </>
      }
    >
      <div className="ht-stack">
        {children}
        <FormError text={error ? errorSentence(error, t("state.offline")) : null} />
      </div>
    </Dialog>
  );
}
