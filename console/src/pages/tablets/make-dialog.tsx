import Button from "antd/es/button";
import { useState } from "react";
import { Dialog } from "../../parts/dialog.tsx";
import { SelectField, TextField } from "../../parts/form.tsx";
import { useTexts } from "../../texts/texts.ts";
import { type BindingCode, makeTablet, type Tablets, useTabletAct } from "./tablets-data.ts";

interface MakeProps {
  readonly data: Tablets;
  readonly onClose: () => void;
  readonly onMade: (made: BindingCode) => void;
}

/** Which store a new tablet belongs to, and what it is called there. */
export function MakeDialog({ data, onClose, onMade }: MakeProps) {
  const t = useTexts("tablets");
  const [store, setStore] = useState(data.stores[0]?.store_code ?? "");
  const [name, setName] = useState(t("name_first"));
  const make = useTabletAct(makeTablet, (made) => {
    onMade(made);
    return null;
  });
  return (
    <Dialog
      open
      title={t("add")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("shared:act.cancel")}</Button>
          <Button
            type="primary"
            loading={make.isPending}
            disabled={store === "" || name.trim() === ""}
            onClick={() => make.mutate({ store_code: store, name: name.trim() })}
          >
            {t("make_code")}
          </Button>
        </>
      }
    >
      <div className="ht-stack">
        <SelectField
          label={t("store")}
          value={store}
          onChange={setStore}
          options={data.stores.map((one) => ({
            value: one.store_code,
            label: one.name === one.store_code ? one.name : `${one.name}（${one.store_code}）`,
          }))}
          hint={t("store_hint", { n: data.per_store_max })}
        />
        <TextField label={t("name")} value={name} onChange={setName} hint={t("name_hint")} />
      </div>
    </Dialog>
  );
}
