import Button from "antd/es/button";
import { useState } from "react";
import { TextField } from "../../parts/form.tsx";
import { useTexts } from "../../texts/texts.ts";
import { codesOf } from "./invite-dialog.tsx";
import { type Person, useChangePerson } from "./people-data.ts";

/** The stores whose members somebody sees. */
export function StoresForm({ person, barred }: { person: Person; barred: boolean }) {
  const t = useTexts("people");
  const kept = (person.scope_stores ?? []).join("，");
  const [stores, setStores] = useState(kept);
  const change = useChangePerson();
  return (
    <form
      className="ht-account-part"
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate({ id: person.id, scope_stores: codesOf(stores) });
      }}
    >
      <TextField
        label={t("stores")}
        required={false}
        disabled={barred}
        value={stores}
        onChange={setStores}
        hint={t(person.role === "clerk" ? "stores_hint_clerk" : "stores_hint")}
      />
      <div className="ht-actions">
        <Button htmlType="submit" disabled={barred || stores === kept} loading={change.isPending}>
          {t("shared:act.save")}
        </Button>
      </div>
    </form>
  );
}
