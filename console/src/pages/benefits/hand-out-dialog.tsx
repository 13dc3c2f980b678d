import { useState } from "react";
import { api } from "../../api/client.ts";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { TextField } from "../../parts/form.tsx";
import { pick, useTexts } from "../../texts/texts.ts";
import { type Entitlement, useBenefitAct } from "./benefits-data.ts";
import "./texts.ts";

/** A gift goes over the counter, a guest has come. One key for a dialog that stands open: sent twice, it happens once. */
export function HandOutDialog({ row, onClose }: { row: Entitlement; onClose: () => void }) {
  const t = useTexts("benefits");
  const [key] = useState(() => crypto.randomUUID());
  const [store, setStore] = useState("");
  const [note, setNote] = useState("");
  const textOf = (typed: string) => (typed.trim() === "" ? null : typed.trim());
  const act = useBenefitAct(
    () =>
      api.once(`/api/benefits/entitlements/${row.entitlement_id}/fulfil`, key, {
        store_code: textOf(store),
        note: textOf(note),
      }),
    { done: t("done.handed_out"), onDone: onClose },
  );
  return (
    <FormDialog
      title={t("hand.title", { name: pick(row.name_zh, row.name_en) })}
      act={t("act.hand_out")}
      ready
      busy={act.isPending}
      error={act.error}
      onClose={onClose}
      onAct={() => act.mutate(undefined)}
    >
      <p>{pick(row.sentence_zh, row.sentence_en)}</p>
      <TextField
        label={t("hand.store")}
        hint={t("hand.store_hint")}
        required={false}
        value={store}
        onChange={setStore}
      />
      <TextField label={t("hand.note")} hint={t("hand.note_hint")} required={false} value={note} onChange={setNote} />
    </FormDialog>
  );
}
