import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, isAsked } from "../../api/client.ts";
import { Choices } from "../../parts/chips.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { TextField } from "../../parts/form.tsx";
import { say, sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";
import "./texts.ts";

const REASON_MIN = 2;

interface UndoProps {
  readonly path: string;
  readonly name: string;
  /** What has to be read again. */
  readonly keys: readonly (readonly string[])[];
  readonly onClose: () => void;
}

/** Takes points of many back as a whole: what was spent stays spent and is listed, or becomes a debt. */
export function UndoDialog({ path, name, keys, onClose }: UndoProps) {
  const t = useTexts("grants");
  const client = useQueryClient();
  const [spent, setSpent] = useState<"leave" | "debt">("leave");
  const [typed, setTyped] = useState("");
  const reason = typed.trim();
  const act = useMutation({
    mutationFn: () => api.post(path, { spent, reason }),
    onSuccess: async () => {
      say(t("done.undo"));
      onClose();
      for (const queryKey of keys) await client.invalidateQueries({ queryKey });
    },
    onError: (error) => {
      if (!isAsked(error)) return;
      sayError(error, "");
      onClose();
    },
  });
  return (
    <FormDialog
      title={t("undo.title", { name })}
      act={t("undo.act")}
      danger
      ready={reason.length >= REASON_MIN}
      busy={act.isPending}
      error={act.error !== null && !isAsked(act.error) ? act.error : undefined}
      onClose={onClose}
      onAct={() => act.mutate()}
    >
      <p>{t("undo.text")}</p>
      <Choices
        label={t("undo.spent")}
        value={spent}
        onChange={setSpent}
        items={(["leave", "debt"] as const).map((key) => ({ key, label: t(`undo.${key}`) }))}
      />
      <p className="ht-note">{t(`undo.${spent}_text`)}</p>
      <TextField label={t("shared:act.reason")} hint={t("undo.reason_hint")} value={typed} onChange={setTyped} />
    </FormDialog>
  );
}
