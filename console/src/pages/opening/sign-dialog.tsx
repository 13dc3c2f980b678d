import { useState } from "react";
import { api } from "../../api/client.ts";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { TextField } from "../../parts/form.tsx";
import { formatCount } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { KINDS, type Opening, useOpeningAct } from "./opening-data.ts";

const REASON_MIN = 2;

/** Puts the totals to a second person; where they differ that has to be said. */
export function SignDialog({ opening, onClose }: { opening: Opening; onClose: () => void }) {
  const t = useTexts("opening");
  const [typed, setTyped] = useState("");
  const [despite, setDespite] = useState(false);
  const { kind, totals, differences, wrong } = opening;
  const sum = (what: string) => formatCount(totals?.find((line) => line.what === what)?.n ?? 0);
  const reason = typed.trim();
  const differing = differences.length > 0;
  const act = useOpeningAct(
    () =>
      api.post(`${KINDS[kind].api}/${opening.opening_id}/sign`, { reason, ...(differing ? { despite: true } : {}) }),
    { done: t("done.signed"), onDone: onClose },
  );
  return (
    <FormDialog
      title={t("act.sign")}
      act={t("act.sign")}
      ready={reason.length >= REASON_MIN && (!differing || despite)}
      busy={act.isPending}
      onClose={onClose}
      onAct={() => act.mutate(undefined)}
    >
      <p>
        {t(`kind.${kind}.sign`, {
          members: sum("members"),
          ...(kind === "points" ? { lots: sum("lots"), points: sum("points") } : {}),
          ...(kind === "coupons" ? { coupons: sum("coupons") } : {}),
        })}
        {wrong === 0 ? null : t("sign.wrong", { n: formatCount(wrong) })}
      </p>
      <p className="ht-note">{t("sign.second")}</p>
      {differing ? (
        <label className="op-check">
          <input type="checkbox" checked={despite} onChange={(event) => setDespite(event.target.checked)} />
          {t("sign.despite", { n: differences.length })}
        </label>
      ) : null}
      <TextField label={t("shared:act.reason")} hint={t("sign.reason_hint")} value={typed} onChange={setTyped} />
    </FormDialog>
  );
}
