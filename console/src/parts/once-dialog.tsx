import Button from "antd/es/button";
import type { ReactNode } from "react";
import { Dialog } from "./dialog.tsx";

interface OnceDialogProps {
  readonly title: string;
  /** The word by which it is put away. */
  readonly done: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** What is shown this once: a key, a code, a link. */
export function OnceDialog({ title, done, onClose, children }: OnceDialogProps) {
  return (
    <Dialog
      open
      title={title}
      onClose={onClose}
      footer={
        <Button type="primary" onClick={onClose}>
          {done}
        </Button>
      }
    >
      <div className="ht-stack">{children}</div>
    </Dialog>
  );
}
