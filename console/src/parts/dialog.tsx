import { CloseOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { useTexts } from "../texts/texts.ts";
import "./dialog.css";

interface DialogProps {
  readonly open: boolean;
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly footer?: ReactNode;
  /** "side" stands at the right edge over the whole height. */
  readonly place?: "middle" | "side";
  readonly wide?: boolean;
}

/** The browser's own modal dialog: focus trap, Esc and inert background come with it. */
export function Dialog({ open, title, onClose, children, footer, place = "middle", wide }: DialogProps) {
  const t = useTexts();
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    if (open && !dialog.open) {
      dialog.showModal();
      // what is mounted in a closed dialog cannot take the focus, and the browser then gives it to the close button
      dialog.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    }
    if (!open && dialog.open) dialog.close();
  }, [open]);
  return (
    <dialog
      ref={ref}
      className={`ht-dialog ht-dialog-${place}${wide ? " ht-dialog-wide" : ""}`}
      aria-labelledby={id}
      onCancel={onClose}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === ref.current) onClose();
      }}
    >
      {open ? (
        <div className="ht-dialog-box">
          <div className="ht-dialog-head">
            <h2 id={id}>{title}</h2>
            <Button type="text" icon={<CloseOutlined />} aria-label={t("act.close")} onClick={onClose} />
          </div>
          <div className="ht-dialog-body">{children}</div>
          {footer === undefined ? null : <div className="ht-dialog-foot">{footer}</div>}
        </div>
      ) : null}
    </dialog>
  );
}
