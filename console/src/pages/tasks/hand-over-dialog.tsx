import { useState } from "react";
import { api } from "../../api/client.ts";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { TextField } from "../../parts/form.tsx";
import type { Translate } from "../../texts/texts.ts";
import { type Associate, nameOf, useTaskAct } from "./tasks-data.ts";

interface Props {
  readonly associate: Associate;
  readonly others: readonly Associate[];
  readonly onClose: () => void;
  readonly onDone: () => void;
  readonly t: Translate;
}

/** All members and open tasks of one associate to one colleague, or shared out among several. */
export function HandOverDialog({ associate, others, onClose, onDone, t }: Props) {
  const [to, setTo] = useState<readonly number[]>([]);
  const [leaves, setLeaves] = useState(true);
  const [reason, setReason] = useState("");
  const act = useTaskAct(
    () => api.post(`/api/associates/${associate.associate_id}/hand-over`, { to, leaves, reason: reason.trim() }),
    "handed",
    () => {
      onDone();
      onClose();
    },
  );
  const own = others.filter((one) => one.store_code === associate.store_code);
  const away = others.filter((one) => one.store_code !== associate.store_code);
  const toggle = (id: number) => setTo(to.includes(id) ? to.filter((one) => one !== id) : [...to, id]);
  const size = { members: associate.members, tasks: associate.open_tasks };
  return (
    <FormDialog
      title={t("hand.title", { name: nameOf(associate) })}
      act={t("act.hand_over")}
      ready={to.length > 0 && reason.trim().length >= 2}
      busy={act.isPending}
      error={act.error}
      onClose={onClose}
      onAct={() => act.mutate(undefined)}
    >
      <p>{t("hand.about", size)}</p>
      <fieldset className="ht-field tk-receivers">
        <legend>{t("hand.to")}</legend>
        {others.length === 0 ? <p className="ht-field-error">{t("hand.no_others")}</p> : null}
        {[...own, ...away].map((one) => (
          <label key={one.associate_id}>
            <input type="checkbox" checked={to.includes(one.associate_id)} onChange={() => toggle(one.associate_id)} />{" "}
            {nameOf(one)}{" "}
            <span className="ht-note">
              {t("hand.has", { store: one.store ?? one.store_code ?? t("associates.no_store"), n: one.members })}
            </span>
          </label>
        ))}
        {to.length > 1 ? <p className="ht-field-hint">{t("hand.shared", { n: to.length })}</p> : null}
      </fieldset>
      <label className="tk-check">
        <input type="checkbox" checked={leaves} onChange={() => setLeaves(!leaves)} /> {t("hand.leaves")}
      </label>
      <TextField label={t("shared:act.reason")} hint={t("hand.reason_hint")} value={reason} onChange={setReason} />
      <p className="ht-note">{t("hand.undo_note")}</p>
    </FormDialog>
  );
}
