import { useState } from "react";
import { api } from "../../api/client.ts";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { SelectField, TextField } from "../../parts/form.tsx";
import { currentDay } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { type CouponRow, useCouponAct } from "./coupons-data.ts";
import { readMinor } from "./inline.tsx";

interface Props {
  readonly coupon: CouponRow;
  readonly onClose: () => void;
  readonly onMade: (batch_id: number) => void;
}

const whole = (text: string): number | null => (/^\d{1,8}$/.test(text) ? Number(text) : null);

interface Form {
  readonly name: string;
  readonly kind: string;
  readonly code: string;
  readonly number: string;
  readonly budget: string;
  readonly cap: string;
  readonly first: string;
  readonly last: string;
  readonly days: string;
}

const bodyOf = (form: Form) => ({
  name: form.name.trim(),
  number: whole(form.number),
  code: form.kind === "shared" ? form.code : null,
  budget_minor: readMinor(form.budget) ?? null,
  member_max: whole(form.cap),
  first_day: form.first,
  last_day: form.last === "" ? null : form.last,
  days: whole(form.days),
});

const isReady = (form: Form): boolean =>
  form.name.trim() !== "" &&
  whole(form.number) !== null &&
  readMinor(form.budget) !== undefined &&
  form.first !== "" &&
  (form.kind === "unique" || form.code.trim() !== "");

/** Number, budget, caps and days of a batch. */
export function BatchDialog({ coupon, onClose, onMade }: Props) {
  const t = useTexts("coupons");
  const [form, setForm] = useState<Form>({
    name: "",
    kind: "unique",
    code: "",
    number: "1000",
    budget: "",
    cap: "",
    first: currentDay(),
    last: "",
    days: "",
  });
  const make = useCouponAct(() => api.post<{ batch_id: number }>(`/api/coupons/${coupon.key}/batches`, bodyOf(form)), {
    done: t("done.batch"),
    onDone: ({ batch_id }) => onMade(batch_id),
  });
  return (
    <FormDialog
      title={t("act.batch")}
      act={t("act.make")}
      ready={isReady(form)}
      busy={make.isPending}
      error={make.error}
      onClose={onClose}
      onAct={() => make.mutate(undefined)}
    >
      <Fields form={form} put={(part) => setForm({ ...form, ...part })} />
    </FormDialog>
  );
}

function Fields({ form, put }: { form: Form; put: (part: Partial<Form>) => void }) {
  const t = useTexts("coupons");
  const { kind } = form;
  return (
    <>
      <TextField
        label={t("field.batch_name")}
        hint={t("field.batch_name_hint")}
        autoFocus
        value={form.name}
        onChange={(name) => put({ name })}
      />
      <SelectField
        label={t("field.kind")}
        value={kind}
        onChange={(value) => put({ kind: value })}
        options={["unique", "shared"].map((value) => ({ value, label: t(`kind.${value}`) }))}
      />
      {kind === "shared" ? (
        <TextField
          label={t("field.code")}
          hint={t("field.code_hint")}
          value={form.code}
          onChange={(code) => put({ code })}
        />
      ) : null}
      <TextField label={t("field.number")} type="number" value={form.number} onChange={(number) => put({ number })} />
      <TextField
        label={t("field.budget")}
        hint={t("field.budget_hint")}
        required={false}
        value={form.budget}
        onChange={(budget) => put({ budget })}
      />
      <TextField
        label={t("field.member_max")}
        hint={t("field.empty_none")}
        required={false}
        type="number"
        value={form.cap}
        onChange={(cap) => put({ cap })}
      />
      <TextField label={t("field.first_day")} type="date" value={form.first} onChange={(first) => put({ first })} />
      <TextField
        label={t("field.last_day")}
        type="date"
        required={false}
        hint={t("field.last_day_hint")}
        value={form.last}
        onChange={(last) => put({ last })}
      />
      {kind === "unique" ? (
        <TextField
          label={t("field.days")}
          type="number"
          required={false}
          hint={t("field.days_hint")}
          value={form.days}
          onChange={(days) => put({ days })}
        />
      ) : null}
    </>
  );
}
