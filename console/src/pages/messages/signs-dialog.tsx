import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { StatusDot, type Tone } from "../../parts/chips.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { SelectField, TextField } from "../../parts/form.tsx";
import { Loaded } from "../../parts/states.tsx";
import { formatInstant } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { type Sign, useMessageAct, useSigns } from "./messages-data.ts";

export const SIGN_TONES: Readonly<Record<Sign["state"], Tone>> = { filing: "warn", filed: "good", refused: "bad" };
const STATES = ["filing", "filed", "refused"] as const;

/** SMS signatures and where each stands with the operators. */
export function SignsDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts("messages");
  const query = useSigns();
  const may = useCan("channels.manage");
  return (
    <Dialog open place="side" title={t("signs.title")} onClose={onClose}>
      <div className="ht-stack">
        <p className="ht-note">{t("signs.note")}</p>
        <Loaded query={query}>
          {({ items }) => (
            <ul className="ms-rows">
              {items.length === 0 ? <li className="ht-note">{t("signs.empty")}</li> : null}
              {items.map((sign) => (
                <li key={sign.sign_name}>
                  <span className="ht-cell-two">
                    <span className="ht-row">
                      <b>【{sign.sign_name}】</b>
                      <StatusDot tone={SIGN_TONES[sign.state]}>{t(`sign_state.${sign.state}`)}</StatusDot>
                    </span>
                    <small>
                      {[sign.note, sign.changed_by_name, formatInstant(sign.changed_at)]
                        .filter((word) => word !== null && word !== "")
                        .join(" · ")}
                    </small>
                  </span>
                </li>
              ))}
            </ul>
          )}
        </Loaded>
        {may ? <SignForm /> : null}
      </div>
    </Dialog>
  );
}

function SignForm() {
  const t = useTexts("messages");
  const [sign_name, setName] = useState("");
  const [state, setState] = useState<string>("filing");
  const [note, setNote] = useState("");
  const save = useMessageAct(
    () => api.put("/api/messages/signs", { sign_name: sign_name.trim(), state, note: note.trim() }),
    { done: t("signs.saved"), onDone: () => setName("") },
  );
  return (
    <fieldset className="ms-box">
      <legend>{t("signs.add")}</legend>
      <TextField label={t("signs.name")} hint={t("signs.name_hint")} value={sign_name} onChange={setName} />
      <SelectField
        label={t("signs.state")}
        value={state}
        onChange={setState}
        options={STATES.map((value) => ({ value, label: t(`sign_state.${value}`) }))}
      />
      <TextField label={t("signs.remark")} required={false} value={note} onChange={setNote} />
      <Button
        type="primary"
        disabled={sign_name.trim() === "" || sign_name.trim().length > 24}
        loading={save.isPending}
        onClick={() => save.mutate(undefined)}
      >
        {t("signs.save")}
      </Button>
    </fieldset>
  );
}
