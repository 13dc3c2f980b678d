import { useState } from "react";
import { Choices } from "../../parts/chips.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { LongTextField, SelectField, TextField } from "../../parts/form.tsx";
import { ReasonDialog } from "../../parts/reason-dialog.tsx";
import { useTexts } from "../../texts/texts.ts";
import { GROUNDS, type OneRequest, useAct } from "./privacy-data.ts";

interface DialogProps {
  readonly request: OneRequest;
  readonly onClose: () => void;
}

const DETAILS = ["phone", "birthday", "card_no", "email", "name"] as const;
const DOCUMENTS = ["id_card", "passport", "power_of_attorney"] as const;
const REASON_MIN = 10;
const HOWS = ["two_details", "document"] as const;

/** Two details that the member tells, or a document that is looked at and given back. */
export function IdentityDialog({ request, onClose }: DialogProps) {
  const t = useTexts("privacy");
  const act = useAct(request.request_id, onClose);
  const [how, setHow] = useState<(typeof HOWS)[number]>("two_details");
  const [told, setTold] = useState<Readonly<Record<string, string>>>({});
  const [document, setDocument] = useState<string>("id_card");
  const details = DETAILS.flatMap((kind) => {
    const value = (told[kind] ?? "").trim();
    return value === "" ? [] : [{ kind, value }];
  });
  const ready = how === "document" || details.length >= 2;
  return (
    <FormDialog
      title={t("act.identity")}
      act={t("check")}
      ready={ready}
      busy={act.isPending}
      error={act.error}
      onClose={onClose}
      onAct={() => act.mutate({ act: "identity", body: how === "document" ? { how, document } : { how, details } })}
    >
      <Choices
        label={t("identity")}
        value={how}
        items={HOWS.map((key) => ({ key, label: t(`how.${key}`) }))}
        onChange={setHow}
      />
      {how === "document" ? (
        <SelectField
          label={t("document")}
          hint={t("document_hint")}
          value={document}
          onChange={setDocument}
          options={DOCUMENTS.map((value) => ({ value, label: t(`detail.${value}`) }))}
        />
      ) : (
        <>
          <p className="ht-note">{t("details_note")}</p>
          {DETAILS.map((kind) => (
            <TextField
              key={kind}
              label={t(`detail.${kind}`)}
              required={false}
              placeholder={kind === "birthday" ? "1988-03-12" : ""}
              value={told[kind] ?? ""}
              onChange={(value) => setTold({ ...told, [kind]: value })}
            />
          ))}
        </>
      )}
    </FormDialog>
  );
}

/** A refusal needs its ground and a reason that the member is given. */
export function RefuseDialog({ request, onClose }: DialogProps) {
  const t = useTexts("privacy");
  const act = useAct(request.request_id, onClose);
  const [ground, setGround] = useState<string>(GROUNDS[0]);
  const [reason, setReason] = useState("");
  return (
    <FormDialog
      title={t("act.refuse")}
      act={t("act.refuse")}
      danger
      ready={reason.trim().length >= REASON_MIN}
      busy={act.isPending}
      error={act.error}
      onClose={onClose}
      onAct={() => act.mutate({ act: "refuse", body: { ground, reason: reason.trim() } })}
    >
      <SelectField
        label={t("refusal.ground")}
        value={ground}
        onChange={setGround}
        options={GROUNDS.map((value) => ({ value, label: t(`ground.${value}`) }))}
      />
      <LongTextField label={t("refusal.reason")} hint={t("refusal.hint")} value={reason} onChange={setReason} />
    </FormDialog>
  );
}

/** The explanation that the member is given. */
export function AnswerDialog({ request, onClose }: DialogProps) {
  const t = useTexts("privacy");
  const act = useAct(request.request_id, onClose);
  const [answer, setAnswer] = useState("");
  return (
    <FormDialog
      title={t("act.handle_explain")}
      act={t("act.handle_explain")}
      ready={answer.trim() !== ""}
      busy={act.isPending}
      error={act.error}
      onClose={onClose}
      onAct={() => act.mutate({ act: "handle", body: { answer: answer.trim() } })}
    >
      <LongTextField label={t("answer")} hint={t("answer_hint")} value={answer} onChange={setAnswer} />
    </FormDialog>
  );
}

/** Takes a correction back, with a reason: what the sources say counts again. */
export function UndoDialog({ request, onClose }: DialogProps) {
  const t = useTexts("privacy");
  const act = useAct(request.request_id, onClose);
  return (
    <ReasonDialog
      title={t("act.undo")}
      text={t("correction.undo_text")}
      act={t("act.undo")}
      danger
      busy={act.isPending}
      error={act.error}
      onClose={onClose}
      onAct={(reason) => act.mutate({ act: "undo", body: { reason } })}
    />
  );
}
