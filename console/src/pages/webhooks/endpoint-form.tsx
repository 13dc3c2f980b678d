import { useState } from "react";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { TextField } from "../../parts/form.tsx";
import { pick, useTexts } from "../../texts/texts.ts";
import { type Endpoint, type EventKind, useKinds, useSave } from "./webhooks-data.ts";

interface FormProps {
  readonly endpoint: Endpoint | null;
  readonly onClose: () => void;
  readonly onSaved: (secret: string | null) => void;
}

interface ChoiceProps {
  readonly kinds: readonly EventKind[];
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
}

/** Kinds by what they are about, each with its code. */
function KindChoice({ kinds, chosen, onChange }: ChoiceProps) {
  const t = useTexts("webhooks");
  const groupOf = (kind: string) => kind.split(".")[0] ?? "";
  const groups = [...new Set(kinds.map(({ kind }) => groupOf(kind)))];
  const turn = (kind: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(kind);
    else next.delete(kind);
    onChange(next);
  };
  return (
    <>
      {groups.map((group) => (
        <fieldset key={group} className="wh-kinds">
          <legend>{t(`groups.${group}`)}</legend>
          {kinds
            .filter(({ kind }) => groupOf(kind) === group)
            .map(({ kind, zh, en }) => (
              <label key={kind}>
                <input
                  type="checkbox"
                  checked={chosen.has(kind)}
                  onChange={(event) => turn(kind, event.target.checked)}
                />
                <span>
                  {pick(zh, en)} <small className="ht-code">{kind}</small>
                </span>
              </label>
            ))}
        </fieldset>
      ))}
    </>
  );
}

/** Adds an endpoint or changes one. Its address is typed, never read back. */
export function EndpointForm({ endpoint, onClose, onSaved }: FormProps) {
  const t = useTexts("webhooks");
  const kinds = useKinds();
  const [name, setName] = useState(endpoint?.name ?? "");
  const [address, setAddress] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(endpoint?.kinds));
  const save = useSave(endpoint?.endpoint_id ?? null, onSaved);
  const ready = name.trim() !== "" && chosen.size > 0 && (endpoint !== null || address.trim() !== "");
  const where = address.trim() === "" ? {} : { address: address.trim() };
  return (
    <FormDialog
      title={endpoint === null ? t("add") : t("edit_of", { name: endpoint.name })}
      act={t("shared:act.save")}
      ready={ready}
      busy={save.isPending}
      error={save.error}
      onClose={onClose}
      onAct={() => save.mutate({ name: name.trim(), kinds: [...chosen], ...where })}
    >
      <TextField label={t("name")} hint={t("name_hint")} autoFocus value={name} onChange={setName} />
      <TextField
        label={endpoint === null ? t("address") : t("new_address")}
        hint={t("address_hint")}
        required={endpoint === null}
        value={address}
        onChange={setAddress}
        placeholder="https://"
      />
      <KindChoice kinds={kinds.data?.items ?? []} chosen={chosen} onChange={setChosen} />
    </FormDialog>
  );
}
