import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, isAsked } from "../../api/client.ts";
import { Choices } from "../../parts/chips.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { FormError, SelectField, TextField } from "../../parts/form.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { say, sayError } from "../../parts/toast.tsx";
import { formatCount, formatMoney } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import type { Bulk } from "./grants-data.ts";
import { DayField, NumberField } from "../points/fields.tsx";
import { usePointsOverview, type Worth, worthOf } from "../points/points-data.ts";
import "../points/points.css";
import "../points/texts.ts";
import { GRANTS, usePreview, useSegments, type Wish } from "./grants-data.ts";

const REASON_MIN = 2;

interface GrantProps {
  readonly segmentId: string;
  readonly onClose: () => void;
  readonly onMade: (bulk: Bulk) => void;
}

/** To whom and how many, as it is typed. */
function useWish(segmentId: string) {
  const [kind, setKind] = useState<"segment" | "members">("segment");
  const [segment, setSegment] = useState(segmentId);
  const [members, setMembers] = useState("");
  const [points, setPoints] = useState<number>();
  const [budget, setBudget] = useState("");
  const ids = members.match(/\d+/g)?.map(Number) ?? [];
  const named = kind === "segment" ? segment !== "" : ids.length > 0;
  const audience = kind === "segment" ? { segment_id: Number(segment) } : { member_ids: ids };
  const wish: Wish | undefined =
    named && points !== undefined && points > 0
      ? { audience, points, ...(budget === "" ? {} : { budget }) }
      : undefined;
  return { kind, setKind, segment, setSegment, members, setMembers, points, setPoints, budget, setBudget, wish };
}

/** Points for a segment or members by number: counted while it is typed, then given as a job. */
export function GrantDialog({ segmentId, onClose, onMade }: GrantProps) {
  const t = useTexts("grants");
  const client = useQueryClient();
  const form = useWish(segmentId);
  const [name, setName] = useState("");
  const [last_day, setLastDay] = useState<string>();
  const [typed, setTyped] = useState("");
  // one key for this dialog, so that a second click has no second effect
  const [key] = useState(() => crypto.randomUUID());
  const overview = usePointsOverview();
  const preview = usePreview(form.wish);
  const rest = { name: name.trim(), reason: typed.trim(), ...(last_day === undefined ? {} : { last_day }) };
  const act = useMutation({
    mutationFn: () => api.once<Bulk>("/api/points/grants", key, { ...form.wish, ...rest }),
    onSuccess: async (made) => {
      say(t("done.begun"));
      onMade(made);
      await client.invalidateQueries({ queryKey: GRANTS });
    },
    onError: (error) => {
      if (!isAsked(error)) return;
      sayError(error, "");
      onClose();
    },
  });
  const counted = preview.data !== undefined && preview.data.members > 0 && preview.data.fits;
  return (
    <FormDialog
      title={t("give.title")}
      act={t("give.act")}
      ready={form.wish !== undefined && counted && rest.name !== "" && rest.reason.length >= REASON_MIN}
      busy={act.isPending}
      error={act.error !== null && !isAsked(act.error) ? act.error : undefined}
      onClose={onClose}
      onAct={() => act.mutate()}
    >
      <TextField label={t("give.name")} hint={t("give.name_hint")} value={name} onChange={setName} autoFocus />
      <Whom form={form} t={t} />
      <NumberField label={t("give.points")} unit={t("give.each")} value={form.points} onChange={form.setPoints} />
      <DayField label={t("give.last_day")} value={last_day} onChange={setLastDay} hint={t("give.last_day_hint")} />
      <SelectField
        label={t("give.budget")}
        value={form.budget}
        onChange={form.setBudget}
        options={[
          { value: "", label: t("give.no_budget") },
          ...(overview.data?.budgets ?? []).map((one) => ({
            value: one.budget,
            label:
              one.left === null ? one.budget : t("give.budget_left", { budget: one.budget, n: formatCount(one.left) }),
          })),
        ]}
      />
      <Counted preview={preview} worth={overview.data?.worth ?? null} t={t} />
      <TextField label={t("shared:act.reason")} hint={t("give.reason_hint")} value={typed} onChange={setTyped} />
    </FormDialog>
  );
}

function Whom({ form, t }: { form: ReturnType<typeof useWish>; t: Translate }) {
  const segments = useSegments();
  return (
    <>
      <Choices
        label={t("give.whom")}
        value={form.kind}
        onChange={form.setKind}
        items={(["segment", "members"] as const).map((one) => ({ key: one, label: t(`give.${one}`) }))}
      />
      {form.kind === "segment" ? (
        <SelectField
          label={t("give.segment")}
          value={form.segment}
          onChange={form.setSegment}
          options={[
            { value: "", label: t("give.choose") },
            ...(segments.data?.items ?? []).map((one) => ({
              value: String(one.segment_id),
              label: one.count === null ? one.name : `${one.name} · ${formatCount(one.count)}`,
            })),
          ]}
        />
      ) : (
        <TextField
          label={t("give.numbers")}
          hint={t("give.numbers_hint")}
          value={form.members}
          onChange={form.setMembers}
        />
      )}
    </>
  );
}

interface CountedProps {
  readonly preview: ReturnType<typeof usePreview>;
  readonly worth: Worth | null;
  readonly t: Translate;
}

/** Members, points in all, their worth, and whether the budget suffices. */
function Counted({ preview, worth, t }: CountedProps) {
  const { data, error } = preview;
  if (error !== null) return <FormError text={errorSentence(error, t("shared:state.offline"))} />;
  if (data === undefined) return <p className="ht-note">{t("preview.none")}</p>;
  const { members, outside, points, budget_left, fits } = data;
  const money =
    worth === null ? "" : t("preview.worth", { money: formatMoney(worthOf(points, worth), worth.currency) });
  return (
    <div role="status">
      <p>
        <strong>{t("preview.sum", { members: formatCount(members), points: formatCount(points) })}</strong>
        {money}
      </p>
      {members === 0 ? <p className="ht-field-error">{t("preview.nobody")}</p> : null}
      {outside > 0 ? <p className="ht-note">{t("preview.outside", { n: formatCount(outside) })}</p> : null}
      {budget_left === null ? null : fits ? (
        <p className="ht-note">{t("preview.after", { n: formatCount(budget_left - points) })}</p>
      ) : (
        <p className="ht-field-error">
          {t("preview.lacks", { left: formatCount(budget_left), n: formatCount(points - budget_left) })}
        </p>
      )}
    </div>
  );
}
