import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, isAsked } from "../../api/client.ts";
import { Choices } from "../../parts/chips.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { TextField } from "../../parts/form.tsx";
import { say, sayError } from "../../parts/toast.tsx";
import { formatCount, formatMoney } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { DayField, NumberField } from "./fields.tsx";
import type { MemberPoints } from "./member-points-data.ts";
import { worthOf } from "./points-data.ts";

interface DialogProps {
  readonly memberId: string;
  readonly data: MemberPoints;
  readonly onClose: () => void;
}

const REASON_MIN = 2;

/** One key for a dialog that stands open: sent twice, it happens once. */
function useAct(path: string, done: string, onClose: () => void) {
  const client = useQueryClient();
  const [key] = useState(() => crypto.randomUUID());
  return useMutation({
    mutationFn: (body: Readonly<Record<string, string | number | null>>) => api.once(path, key, body),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["points"] });
      say(done);
      onClose();
    },
    onError: (error) => {
      if (!isAsked(error)) return;
      sayError(error, "");
      onClose();
    },
  });
}

/** Until when points live that are given by hand: as the programme says, a day, for good. */
const LIVES = ["programme", "day", "never"] as const;
type Life = (typeof LIVES)[number];

/** Gives or takes points with a reason; a colleague approves. */
export function AdjustDialog({ memberId, data, onClose }: DialogProps) {
  const t = useTexts("points");
  const [way, setWay] = useState<"give" | "take">("give");
  const [points, setPoints] = useState<number>();
  const [life, setLife] = useState<Life>("programme");
  const [day, setDay] = useState<string>();
  const [typed, setTyped] = useState("");
  const act = useAct("/api/points/adjustments", t("adjust.done"), onClose);
  const reason = typed.trim();
  const tooMuch = way === "take" && (points ?? 0) > data.active;
  return (
    <FormDialog
      title={t("adjust.title")}
      act={t(`adjust.${way}`)}
      danger={way === "take"}
      ready={
        points !== undefined &&
        points > 0 &&
        !tooMuch &&
        reason.length >= REASON_MIN &&
        (way === "take" || life !== "day" || day !== undefined)
      }
      busy={act.isPending}
      error={act.error !== null && !isAsked(act.error) ? act.error : undefined}
      onClose={onClose}
      onAct={() =>
        act.mutate({
          member_id: Number(memberId),
          points: (points ?? 0) * (way === "give" ? 1 : -1),
          reason,
          ...(way === "take" || life === "programme" ? {} : { last_day: life === "day" ? (day ?? null) : null }),
        })
      }
    >
      <p className="ht-note">{t("adjust.text")}</p>
      <Choices
        label={t("adjust.title")}
        value={way}
        onChange={setWay}
        items={(["give", "take"] as const).map((one) => ({ key: one, label: t(`adjust.${one}`) }))}
      />
      <NumberField
        label={t("adjust.points")}
        unit={t("unit.points")}
        value={points}
        wrong={tooMuch}
        onChange={setPoints}
        hint={t("adjust.has", { n: formatCount(data.active) })}
      />
      {way === "give" ? (
        <>
          <Choices
            label={t("adjust.life")}
            value={life}
            onChange={setLife}
            items={LIVES.map((key) => ({ key, label: t(`adjust.life_${key}`) }))}
          />
          {life === "day" ? <DayField label={t("adjust.last_day")} value={day} onChange={setDay} /> : null}
        </>
      ) : null}
      <TextField label={t("adjust.reason")} value={typed} onChange={setTyped} hint={t("adjust.reason_hint")} />
    </FormDialog>
  );
}

/** Redeems points for an order or a gift that the reference names; those that expire soonest go first. */
export function RedeemDialog({ memberId, data, onClose }: DialogProps) {
  const t = useTexts("points");
  const [points, setPoints] = useState<number>();
  const [typed, setTyped] = useState("");
  const act = useAct("/api/points/redemptions", t("redeem.done"), onClose);
  const reference = typed.trim();
  const tooMuch = (points ?? 0) > data.active;
  const worth =
    data.worth === null || points === undefined
      ? ""
      : t("redeem.worth", { money: formatMoney(worthOf(points, data.worth), data.worth.currency) });
  return (
    <FormDialog
      title={t("redeem.title")}
      act={t("redeem.act")}
      ready={points !== undefined && points > 0 && !tooMuch && reference !== ""}
      busy={act.isPending}
      error={act.error ?? undefined}
      onClose={onClose}
      onAct={() => act.mutate({ member_id: Number(memberId), points: points ?? 0, reference })}
    >
      <p className="ht-note">{t("redeem.text")}</p>
      <NumberField
        label={t("adjust.points")}
        unit={t("unit.points")}
        value={points}
        wrong={tooMuch}
        onChange={setPoints}
        hint={`${t("adjust.has", { n: formatCount(data.active) })}${worth}`}
      />
      <TextField label={t("redeem.reference")} value={typed} onChange={setTyped} hint={t("redeem.reference_hint")} />
    </FormDialog>
  );
}
