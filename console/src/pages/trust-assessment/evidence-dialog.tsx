import Button from "antd/es/button";
import { useId, useState } from "react";
import { api } from "../../api/client.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { FormError, SelectField, TextField } from "../../parts/form.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { say } from "../../parts/toast.tsx";
import { currentDay } from "../../texts/format.ts";
import { pick, useTexts } from "../../texts/texts.ts";
import { useTrustAct } from "../trust-risks/trust-data.ts";
import type { Item } from "./assessment-data.ts";

const CLAIMS = ["met", "partly", "not_applicable"] as const;

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/** Brings evidence for an item: what it shows, of which day, until when it counts, and the file, which is sealed. */
export function EvidenceDialog({ item, onClose }: { item: Item; onClose: () => void }) {
  const t = useTexts("trust-assessment");
  const id = useId();
  const [claim, setClaim] = useState<string>("met");
  const [dated, setDated] = useState(currentDay());
  const [valid_until, setValidUntil] = useState(`${Number(currentDay().slice(0, 4)) + 1}${currentDay().slice(4)}`);
  const [note, setNote] = useState("");
  const [file, setFile] = useState<File | null>(null);
  const save = useTrustAct(
    async () =>
      api.post("/api/trust/evidence", {
        item: item.id,
        claim,
        dated,
        valid_until,
        note,
        ...(file === null ? {} : { file: { name: file.name, base64: await base64Of(file) } }),
      }),
    () => {
      say(t("evidence_kept"));
      onClose();
    },
  );
  return (
    <Dialog
      open
      title={`${item.id} ${pick(item.name_zh, item.name_en)}`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("shared:act.cancel")}</Button>
          <Button
            type="primary"
            loading={save.isPending}
            disabled={note.trim().length < 2}
            onClick={() => save.mutate(undefined)}
          >
            {t("keep")}
          </Button>
        </>
      }
    >
      <div className="ht-stack">
        <SelectField
          label={t("claim")}
          value={claim}
          onChange={setClaim}
          options={CLAIMS.map((value) => ({ value, label: t(`result.${value}`) }))}
          hint={item.who === "O" ? undefined : t("claim_hint")}
        />
        <div className="ht-row">
          <TextField label={t("dated")} value={dated} onChange={setDated} />
          <TextField label={t("valid_until")} value={valid_until} onChange={setValidUntil} />
        </div>
        <TextField label={t("note")} value={note} onChange={setNote} hint={t("note_hint")} />
        <div className="ht-field">
          <label htmlFor={id}>{t("evidence_file")}</label>
          <input id={id} type="file" onChange={(event) => setFile(event.target.files?.[0] ?? null)} />
          <p className="ht-field-hint">{t("file_hint")}</p>
        </div>
        <FormError text={save.error ? errorSentence(save.error, t("shared:state.offline")) : null} />
      </div>
    </Dialog>
  );
}
