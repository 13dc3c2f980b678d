import Button from "antd/es/button";
import { useState } from "react";
import { Dialog } from "../../parts/dialog.tsx";
import { FormError, TextField } from "../../parts/form.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { pick, useTexts } from "../../texts/texts.ts";
import { type Approval, useDecide } from "./approvals-data.ts";

interface DecideProps {
  readonly one: Approval;
  readonly decision: "approved" | "refused";
  readonly onClose: () => void;
}

/** Says once more what will happen; a refusal needs a word for the one who asked. */
export function DecideDialog({ one, decision, onClose }: DecideProps) {
  const t = useTexts("approvals");
  const decide = useDecide();
  const [comment, setComment] = useState("");
  const refusing = decision === "refused";
  const act = t(refusing ? "refuse" : "approve");
  return (
    <Dialog
      open
      title={`${act} #${one.approval_id}`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("shared:act.cancel")}</Button>
          <Button
            type="primary"
            danger={refusing}
            loading={decide.isPending}
            disabled={refusing && comment.trim().length < 2}
            onClick={() => decide.mutate({ id: one.approval_id, decision, comment }, { onSuccess: onClose })}
          >
            {act}
          </Button>
        </>
      }
    >
      <div className="ht-stack">
        <p>{pick(one.words_zh, one.words_en)}</p>
        <p className="ht-note">{t(refusing ? "refuse_text" : one.may_alone ? "alone_text" : "approve_text")}</p>
        <FormError text={decide.error === null ? null : errorSentence(decide.error, t("shared:state.offline"))} />
        <TextField label={t("comment")} value={comment} required={refusing} autoFocus onChange={setComment} />
      </div>
    </Dialog>
  );
}
