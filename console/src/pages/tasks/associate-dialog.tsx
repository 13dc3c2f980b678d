import { useState } from "react";
import { api } from "../../api/client.ts";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { SelectField, TextField } from "../../parts/form.tsx";
import type { Translate } from "../../texts/texts.ts";
import { type Associate, nameOf, useAssociateChoices, useTaskAct } from "./tasks-data.ts";

/** Code, name, store and account of an associate. */
export function AssociateDialog({
  associate,
  onClose,
  t,
}: {
  readonly associate: Associate | null;
  readonly onClose: () => void;
  readonly t: Translate;
}) {
  const { data } = useAssociateChoices();
  const [code, setCode] = useState(associate?.code ?? "");
  const [name, setName] = useState(associate?.name ?? "");
  const [store, setStore] = useState(associate?.store_code ?? "");
  const [person, setPerson] = useState(String(associate?.person_id ?? ""));
  const orNull = (text: string) => (text.trim() === "" ? null : text.trim());
  const settings = { name: orNull(name), store_code: orNull(store), person_id: person === "" ? null : Number(person) };
  const act = useTaskAct(
    (): Promise<unknown> =>
      associate === null
        ? api.post("/api/associates", { code: code.trim(), ...settings })
        : api.put(`/api/associates/${associate.associate_id}`, settings),
    "saved",
    onClose,
  );
  const people = (data?.people ?? []).filter((one) => !one.taken || one.person_id === associate?.person_id);
  return (
    <FormDialog
      title={associate === null ? t("edit.new") : t("edit.title", { name: nameOf(associate) })}
      act={t("shared:act.save")}
      ready={code.trim() !== ""}
      busy={act.isPending}
      error={act.error}
      onClose={onClose}
      onAct={() => act.mutate(undefined)}
    >
      {associate === null ? (
        <TextField label={t("edit.code")} hint={t("edit.code_hint")} value={code} onChange={setCode} autoFocus />
      ) : null}
      {associate?.left_at == null ? null : <p className="ht-note">{t("edit.back")}</p>}
      <TextField label={t("edit.name")} required={false} value={name} onChange={setName} />
      <SelectField
        label={t("column.store")}
        value={store}
        onChange={setStore}
        options={[
          { value: "", label: t("associates.no_store") },
          ...(data?.stores ?? []).map((one) => ({ value: one.store_code, label: `${one.name} ${one.store_code}` })),
        ]}
      />
      <SelectField
        label={t("column.person")}
        hint={t("edit.person_hint")}
        value={person}
        onChange={setPerson}
        options={[
          { value: "", label: t("associates.no_account") },
          ...people.map((one) => ({ value: String(one.person_id), label: one.name })),
        ]}
      />
    </FormDialog>
  );
}
