import Button from "antd/es/button";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useCan } from "../../api/session.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { FormError, SelectField, TextField } from "../../parts/form.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { say } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";
import type { Member } from "../members/member-data.ts";
import { type Filing, type Kind, KINDS, useFile } from "./privacy-data.ts";

const FIELDS = [
  "name",
  "birthday",
  "address",
  "gender",
  "city",
  "province",
  "occupation",
  "children",
  "home_store_code",
  "associate_code",
] as const;
const VIAS = ["counter", "phone", "letter"] as const;

/** Files a request for the member who stands at the counter, calls or writes. */
export function FileDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const t = useTexts("privacy");
  const words = useTexts();
  const navigate = useNavigate();
  const mayRead = useCan("privacy.read");
  const [kind, setKind] = useState<Kind>("access");
  const [via, setVia] = useState<string>("counter");
  const [field, setField] = useState<string>(FIELDS[0]);
  const [value, setValue] = useState("");
  const granted = member.consents.filter((consent) => consent.state === "granted");
  const [chosen, setChosen] = useState<readonly string[]>(granted.map(({ purpose, medium }) => `${purpose} ${medium}`));
  const file = useFile((requestId) => {
    say(t("panel.filed", { n: requestId }));
    onClose();
    if (mayRead) void navigate(`/trust/privacy/requests/${requestId}`);
  });
  const consents = granted
    .filter(({ purpose, medium }) => chosen.includes(`${purpose} ${medium}`))
    .map(({ purpose, medium }) => ({ purpose, medium }));
  const ready = kind === "correct" ? value.trim() !== "" : kind !== "withdraw" || consents.length > 0;
  const filing: Filing = {
    kind,
    via,
    member_id: member.member_id,
    ...(kind === "correct" ? { field, value: value.trim() } : {}),
    ...(kind === "withdraw" ? { consents } : {}),
  };
  return (
    <Dialog
      open
      title={t("panel.file")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{words("act.cancel")}</Button>
          <Button type="primary" disabled={!ready} loading={file.isPending} onClick={() => file.mutate(filing)}>
            {t("panel.file")}
          </Button>
        </>
      }
    >
      <div className="ht-stack">
        <SelectField
          label={t("kind_label")}
          hint={t(`about.${kind}`)}
          value={kind}
          onChange={(next) => setKind(next as Kind)}
          options={KINDS.map((one) => ({ value: one, label: t(`kind.${one}`) }))}
        />
        <SelectField
          label={t("column.via")}
          value={via}
          onChange={setVia}
          options={VIAS.map((one) => ({ value: one, label: t(`via.${one}`) }))}
        />
        {kind === "correct" ? (
          <CorrectedField field={field} value={value} onField={setField} onValue={setValue} />
        ) : null}
        {kind === "withdraw" ? <GrantedConsents granted={granted} chosen={chosen} onChange={setChosen} /> : null}
        <FormError text={file.error ? errorSentence(file.error, words("state.offline")) : null} />
      </div>
    </Dialog>
  );
}

interface CorrectedFieldProps {
  readonly field: string;
  readonly value: string;
  readonly onField: (field: string) => void;
  readonly onValue: (value: string) => void;
}

function CorrectedField({ field, value, onField, onValue }: CorrectedFieldProps) {
  const t = useTexts("privacy");
  return (
    <>
      <SelectField
        label={t("wish.field")}
        value={field}
        onChange={onField}
        options={FIELDS.map((one) => ({ value: one, label: t(`field.${one}`) }))}
      />
      <TextField
        label={t("wish.value")}
        placeholder={field === "birthday" ? "1988-03-12" : ""}
        value={value}
        onChange={onValue}
      />
    </>
  );
}

interface GrantedConsentsProps {
  readonly granted: Member["consents"];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

/** The consents that stand, each to be withdrawn or left. */
function GrantedConsents({ granted, chosen, onChange }: GrantedConsentsProps) {
  const t = useTexts("privacy");
  return (
    <fieldset className="tp-consents">
      <legend>{t("wish.consents")}</legend>
      {granted.length === 0 ? <p className="ht-note">{t("panel.no_consents")}</p> : null}
      {granted.map(({ purpose, medium }) => {
        const key = `${purpose} ${medium}`;
        return (
          <label key={key}>
            <input
              type="checkbox"
              checked={chosen.includes(key)}
              onChange={(event) =>
                onChange(event.target.checked ? [...chosen, key] : chosen.filter((one) => one !== key))
              }
            />{" "}
            {t(`shared:purpose.${purpose}`, { defaultValue: purpose })} ·{" "}
            {t(`medium.${medium}`, { defaultValue: medium })}
          </label>
        );
      })}
    </fieldset>
  );
}
