import { useMutation, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { type Source, type SourceKind, SOURCES_KEY } from "../../api/sources.ts";
import { CopyText } from "../../parts/copy-text.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { OnceDialog } from "../../parts/once-dialog.tsx";
import { FormError, SelectField, TextField } from "../../parts/form.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { useTexts } from "../../texts/texts.ts";
import { GUIDED_KINDS } from "./snippets.ts";

/** What a source needs to send; readable only in the answer that made it. */
export interface Secrets {
  readonly write_key: string;
  readonly signing_secret?: string;
}

/** Shows the secrets once; they cannot be read again. */
export function KeyOnce({ secrets, onClose }: { secrets: Secrets; onClose: () => void }) {
  const t = useTexts("sources");
  return (
    <OnceDialog title={t("key_once_title")} done={t("key_saved")} onClose={onClose}>
      <p>{t("key_once_text")}</p>
      <h3>{t("write_key")}</h3>
      <CopyText text={secrets.write_key} label={t("write_key")} />
      {secrets.signing_secret === undefined ? null : (
        <>
          <h3>{t("secret")}</h3>
          <p className="ht-note">{t("secret_hint")}</p>
          <CopyText text={secrets.signing_secret} label={t("secret")} />
        </>
      )}
    </OnceDialog>
  );
}

/** "湖滨店 POS" → "pos": only a proposal, the person may change it. */
function proposedKey(name: string, kind: string): string {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");
  const trimmed = plain.replaceAll(/^_+|_+$/g, "");
  return trimmed === "" ? kind : trimmed;
}

interface NewSourceProps {
  readonly open: boolean;
  readonly kind?: SourceKind;
  readonly onClose: () => void;
  readonly onCreated: (source: Source, secrets: Secrets) => void;
}

export function NewSource({ open, kind: first = "sensors", onClose, onCreated }: NewSourceProps) {
  const t = useTexts("sources");
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [key, setKey] = useState<string | null>(null);
  const [kind, setKind] = useState<string>(first);
  const create = useMutation({
    mutationFn: () =>
      api.post<Secrets & { source: Source }>("/api/sources", {
        name: name.trim(),
        kind,
        key: key ?? proposedKey(name, kind),
      }),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: SOURCES_KEY });
      onCreated(made.source, made);
    },
  });
  const error = create.error ? errorSentence(create.error, t("shared:state.offline")) : null;
  return (
    <Dialog
      open={open}
      title={t("new_title")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("shared:act.cancel")}</Button>
          <Button
            type="primary"
            disabled={name.trim() === ""}
            loading={create.isPending}
            onClick={() => create.mutate()}
          >
            {t("create")}
          </Button>
        </>
      }
    >
      <div className="ht-stack">
        <FormError text={error} />
        <SelectField
          label={t("new_kind")}
          value={kind}
          onChange={setKind}
          options={GUIDED_KINDS.map((one) => ({ value: one, label: t(`kind.${one}`) }))}
          hint={t(`kind_text.${kind}`)}
        />
        <TextField label={t("new_name")} hint={t("new_name_hint")} autoFocus value={name} onChange={setName} />
        <TextField
          label={t("new_key")}
          hint={t("new_key_hint")}
          value={key ?? proposedKey(name, kind)}
          onChange={setKey}
        />
      </div>
    </Dialog>
  );
}
