import { useState } from "react";
import { api } from "../../api/client.ts";
import { Choices } from "../../parts/chips.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { TextField } from "../../parts/form.tsx";
import { formatCount } from "../../texts/format.ts";
import { pick, useTexts } from "../../texts/texts.ts";
import { type Order, useRewardAct } from "./rewards-data.ts";

interface DialogProps {
  readonly order: Order;
  readonly onClose: () => void;
}

/** Picked up in a store, or sent. One key for a dialog that stands open: sent twice, it happens once. */
export function HandOverDialog({ order, onClose }: DialogProps) {
  const t = useTexts("rewards");
  const [key] = useState(() => crypto.randomUUID());
  const [way, setWay] = useState<"store" | "shipment">("store");
  const [typed, setTyped] = useState("");
  const act = useRewardAct(
    () =>
      api.once(`/api/rewards/orders/${order.order_id}/hand-over`, key, {
        [way === "store" ? "store_code" : "shipment"]: typed.trim(),
      }),
    { done: t("done.handed_over"), onDone: onClose },
  );
  return (
    <FormDialog
      title={t("hand.title", { name: pick(order.name_zh, order.name_en) })}
      act={t("act.hand_over")}
      ready={typed.trim() !== ""}
      busy={act.isPending}
      error={act.error}
      onClose={onClose}
      onAct={() => act.mutate(undefined)}
    >
      <Choices
        label={t("hand.how")}
        value={way}
        onChange={setWay}
        items={(["store", "shipment"] as const).map((one) => ({ key: one, label: t(`hand.${one}`) }))}
      />
      <TextField label={t(`hand.${way}_label`)} hint={t(`hand.${way}_hint`)} value={typed} onChange={setTyped} />
    </FormDialog>
  );
}

/** Points and unit go back; of what was handed over the unit only if it can be given again. */
export function CancelDialog({ order, onClose }: DialogProps) {
  const t = useTexts("rewards");
  const [key] = useState(() => crypto.randomUUID());
  const [reason, setReason] = useState("");
  const [fit, setFit] = useState<"fit" | "unfit">("fit");
  const handed = order.state === "fulfilled";
  const act = useRewardAct(
    () =>
      api.once(`/api/rewards/orders/${order.order_id}/cancel`, key, {
        reason: reason.trim(),
        restock: fit === "fit",
      }),
    { done: t("done.cancelled"), onDone: onClose },
  );
  return (
    <FormDialog
      title={t(handed ? "act.take_back" : "act.cancel")}
      act={t(handed ? "act.take_back" : "act.cancel")}
      danger
      ready={reason.trim().length >= 2}
      busy={act.isPending}
      error={act.error}
      onClose={onClose}
      onAct={() => act.mutate(undefined)}
    >
      <p>{t("cancel.text", { n: formatCount(order.points) })}</p>
      {handed ? (
        <Choices
          label={t("cancel.unit")}
          value={fit}
          onChange={setFit}
          items={(["fit", "unfit"] as const).map((one) => ({ key: one, label: t(`cancel.${one}`) }))}
        />
      ) : null}
      <TextField label={t("shared:act.reason")} hint={t("cancel.reason_hint")} value={reason} onChange={setReason} />
    </FormDialog>
  );
}
