import Button from "antd/es/button";
import { useSearchParams } from "react-router";
import { Chip, type Tone } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { pick, useTexts } from "../../texts/texts.ts";
import { type Lacks, useRegisterAct } from "./registers-data.ts";
import type { Change } from "./register-words.ts";

const TONES: Readonly<Record<"draft" | "published" | "past", Tone>> = {
  draft: "warn",
  published: "good",
  past: "neutral",
};

export function VersionChip({ state }: { state: "draft" | "published" | "past" }) {
  const t = useTexts("privacy");
  return <Chip tone={TONES[state]}>{t(`register.${state}`)}</Chip>;
}

/** Which form is open stands in the address, so that it can be linked to and left with the back button. */
export function useOpenForm(): { open: string | null; show: (form: string | null) => void } {
  const [params, setParams] = useSearchParams();
  return {
    open: params.get("form"),
    show: (form) => {
      const next = new URLSearchParams(params);
      if (form === null) next.delete("form");
      else next.set("form", form);
      setParams(next, { replace: true });
    },
  };
}

/** What a draft lacks before it can be published, and the act that supplies it. */
export function LacksNote({ lacks }: { lacks: Lacks | null }) {
  const t = useTexts("privacy");
  return (
    <p className="tp-lacks">
      {lacks === null ? (
        <>
          <Chip tone="good">{t("register.whole")}</Chip> {t("register.whole_text")}
        </>
      ) : (
        <>
          <Chip tone="warn">{t("register.lacks")}</Chip> {pick(lacks.sentence_zh, lacks.sentence_en)}
        </>
      )}
    </p>
  );
}

/** Lines that differ between two versions: what stood there, what stands there now. */
export function Changes({ changes, none }: { changes: readonly Change[]; none: string }) {
  const t = useTexts("privacy");
  if (changes.length === 0) return <p className="ht-note tp-flat">{none}</p>;
  return (
    <DataTable
      label={t("register.changes")}
      rows={changes}
      rowKey={({ name }) => name}
      columns={[
        { key: "name", title: t("register.line"), wrap: true, render: ({ name }) => name },
        { key: "before", title: t("register.before"), wrap: true, render: ({ before }) => <del>{before}</del> },
        { key: "after", title: t("register.after"), wrap: true, render: ({ after }) => <strong>{after}</strong> },
      ]}
    />
  );
}

export function Lines({ rows }: { rows: readonly (readonly [string, React.ReactNode])[] }) {
  return (
    <dl className="tp-facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The button that opens one of the page's forms. */
export function FormButton({ form, label, primary }: { form: string; label: string; primary?: boolean }) {
  const { show } = useOpenForm();
  return (
    <Button type={primary === true ? "primary" : "default"} onClick={() => show(form)}>
      {label}
    </Button>
  );
}

interface ActDialogProps {
  readonly title: string;
  readonly act: string;
  readonly path: string;
  readonly body: unknown;
  readonly onClose: () => void;
  readonly children: React.ReactNode;
}

/** Asks once more, says what will hold, and does it. */
export function ActDialog({ title, act, path, body, onClose, children }: ActDialogProps) {
  const save = useRegisterAct(onClose);
  return (
    <FormDialog
      title={title}
      act={act}
      wide
      ready
      busy={save.isPending}
      error={save.error}
      onClose={onClose}
      onAct={() => save.mutate({ path, body })}
    >
      {children}
    </FormDialog>
  );
}
