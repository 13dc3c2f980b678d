import { useState } from "react";
import { api } from "../../api/client.ts";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { TextField } from "../../parts/form.tsx";
import { currentDay } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { type CouponRow, useCouponAct } from "./coupons-data.ts";

/** From which day to which the version can be used. */
export function PublishDialog({ coupon, onClose }: { coupon: CouponRow; onClose: () => void }) {
  const t = useTexts("coupons");
  const [first, setFirst] = useState(currentDay());
  const [last, setLast] = useState("");
  const publish = useCouponAct(
    () => api.post(`/api/coupons/${coupon.key}/publish`, { first_day: first, last_day: last === "" ? null : last }),
    { done: t("done.published"), onDone: onClose },
  );
  return (
    <FormDialog
      title={t("act.publish")}
      act={t("act.publish")}
      ready={first !== ""}
      busy={publish.isPending}
      error={publish.error}
      onClose={onClose}
      onAct={() => publish.mutate(undefined)}
    >
      <p>{t("publish.text")}</p>
      <TextField label={t("field.first_day")} type="date" value={first} onChange={setFirst} />
      <TextField
        label={t("field.last_day")}
        type="date"
        required={false}
        hint={t("field.last_day_hint")}
        value={last}
        onChange={setLast}
      />
    </FormDialog>
  );
}
