import { useMutation, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { FormError } from "../../parts/form.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { say } from "../../parts/toast.tsx";
import { type Translate, useTexts } from "../../texts/texts.ts";
import type { Kept } from "./custom-data.ts";

interface ImportAnswer {
  readonly plan: readonly { readonly key: string; readonly zh: string; readonly act: "create" | "change" }[];
  readonly kept: readonly Kept[];
}

/** A file of definitions: first what it would do, then do it. All of them come in, or none. */
export function ImportDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useTexts("tags");
  const shared = useTexts();
  const client = useQueryClient();
  const [document, setDocument] = useState<unknown>(null);
  const check = useMutation({
    mutationFn: (content: unknown) =>
      api.post<ImportAnswer>("/api/tags/import", { document: content, dry_run: true, replace: true }),
  });
  const keep = useMutation({
    mutationFn: () => api.post<ImportAnswer>("/api/tags/import", { document, replace: true }),
    onSuccess: async ({ kept }) => {
      say(t("import.done", { n: kept.length }));
      await client.invalidateQueries({ queryKey: ["tags"] });
      close();
    },
  });
  const close = () => {
    setDocument(null);
    check.reset();
    keep.reset();
    onClose();
  };
  const read = async (file: File | undefined) => {
    if (file === undefined) return;
    keep.reset();
    try {
      const content = JSON.parse(await file.text()) as unknown;
      setDocument(content);
      check.mutate(content);
    } catch {
      setDocument(null);
      check.reset();
      check.mutate("not JSON");
    }
  };
  const error = keep.error ?? check.error;
  const plan = check.data?.plan ?? [];
  return (
    <Dialog
      open={open}
      title={t("import.title")}
      onClose={close}
      footer={
        <Button
          type="primary"
          disabled={plan.length === 0 || document === null}
          loading={keep.isPending}
          onClick={() => keep.mutate()}
        >
          {t("import.act", { n: plan.length })}
        </Button>
      }
    >
      <p className="ht-note">{t("import.text")}</p>
      <p>
        <input
          type="file"
          accept=".json,application/json"
          aria-label={t("import.file")}
          onChange={(event) => void read(event.target.files?.[0])}
        />
      </p>
      <FormError text={error ? errorSentence(error, shared("state.offline")) : null} />
      <Plan plan={plan} t={t} />
    </Dialog>
  );
}

function Plan({ plan, t }: { plan: ImportAnswer["plan"]; t: Translate }) {
  return (
    <ul className="tm-plan">
      {plan.map((one) => (
        <li key={one.key}>
          {one.zh} <code>{one.key}</code> · {t(`import.${one.act}`)}
        </li>
      ))}
    </ul>
  );
}
