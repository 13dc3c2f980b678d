import { useState } from "react";
import { useNavigate } from "react-router";
import { api } from "../../api/client.ts";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { TextField } from "../../parts/form.tsx";
import { useTexts } from "../../texts/texts.ts";
import { useJourneyAct } from "./journeys-data.ts";
import { EMPTY } from "./model/graph.ts";

const KEY_FORM = /^[a-z][a-z0-9_]{1,58}$/;

/** Names a new journey; it is drawn on the page that opens. */
export function NewJourneyDialog({
  taken,
  onClose,
}: {
  readonly taken: readonly string[];
  readonly onClose: () => void;
}) {
  const t = useTexts("journeys");
  const go = useNavigate();
  const [zh, setZh] = useState("");
  const [key, setKey] = useState(() => freeKey(taken));
  const act = useJourneyAct(
    () => api.put(`/api/journeys/${key}/draft`, { ...EMPTY, key, zh, en: zh }),
    t("new.done"),
    () => void go(`/journeys/${key}?edit=1`),
  );
  const problem = !KEY_FORM.test(key) ? t("new.key_form") : taken.includes(key) ? t("new.key_taken") : null;
  return (
    <FormDialog
      title={t("new.title")}
      act={t("new.act")}
      ready={zh.trim() !== "" && problem === null}
      busy={act.isPending}
      error={act.error}
      onClose={onClose}
      onAct={() => act.mutate()}
    >
      <TextField autoFocus label={t("new.name")} value={zh} onChange={setZh} placeholder={t("new.name_example")} />
      <TextField label={t("new.key")} value={key} onChange={setKey} error={problem} hint={t("new.key_hint")} />
    </FormDialog>
  );
}

function freeKey(taken: readonly string[]): string {
  for (let n = taken.length + 1; ; n += 1) if (!taken.includes(`journey_${n}`)) return `journey_${n}`;
}
