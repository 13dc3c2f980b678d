import Button from "antd/es/button";
import { useState } from "react";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { TextField } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState } from "../../parts/states.tsx";
import { currentDay, formatCount, formatDay, listText } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { type Processor, type ProcessorDraft, type Processors, useSaveProcessor } from "./registers-data.ts";

const EMPTY: ProcessorDraft = {
  name: "",
  service: "",
  data_classes: [],
  contract_no: "",
  contract_until: null,
  contact: "",
  state: "active",
};
const draftOf = (row: Processor): ProcessorDraft => {
  const { name, service, data_classes, contract_no, contract_until, contact, state } = row;
  return { name, service, data_classes, contract_no, contract_until, contact, state };
};
const wordsOf = (text: string): string[] => [...new Set(text.split(/[\n,，、;；]+/).map((word) => word.trim()))];

type Open = { readonly act: "add" } | { readonly act: "change" | "end"; readonly processor: Processor };

/** Who processes personal data for the brand, by what contract; added, changed and ended here. */
export function ProcessorRegister({ data }: { data: Processors }) {
  const t = useTexts("privacy");
  const may = useCan("privacy.publish");
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  return (
    <Card
      flush
      title={t("processor.register")}
      note={t("processor.register_note")}
      extra={may ? <Button onClick={() => setOpen({ act: "add" })}>{t("processor.add")}</Button> : undefined}
    >
      <Register data={data} onOpen={may ? setOpen : undefined} />
      {open?.act === "add" ? <ProcessorForm names={data.items.map(({ name }) => name)} onClose={close} /> : null}
      {open?.act === "change" ? <ProcessorForm names={[]} processor={open.processor} onClose={close} /> : null}
      {open?.act === "end" ? (
        <EndDialog processor={open.processor} left={openOf(data, open.processor)} onClose={close} />
      ) : null}
    </Card>
  );
}

const openOf = ({ notices }: Processors, { processor_id }: Processor): number =>
  notices.filter((notice) => notice.processor_id === processor_id).length;

function Register({ data, onOpen }: { data: Processors; onOpen: ((open: Open) => void) | undefined }) {
  const t = useTexts("privacy");
  return (
    <DataTable
      label={t("processor.register")}
      rows={data.items}
      rowKey={(row) => row.processor_id}
      rowTone={(row) => (row.state === "ended" ? "quiet" : undefined)}
      empty={
        <EmptyState
          small
          title={t("processor.register_none")}
          text={t(onOpen === undefined ? "processor.register_closed" : "processor.register_none_text")}
        />
      }
      columns={[
        {
          key: "name",
          title: t("register.processor"),
          wrap: true,
          render: (row) => (
            <span className="ht-cell-two">
              <span>
                {row.name} {row.state === "ended" ? <Chip>{t("processor.ended")}</Chip> : null}
              </span>
              <small>{row.service}</small>
            </span>
          ),
        },
        {
          key: "data",
          title: t("register.data"),
          hide: "tablet",
          wrap: true,
          render: (row) => listText(row.data_classes),
        },
        {
          key: "contract",
          title: t("register.contract"),
          hide: "phone",
          render: (row) => (
            <span className="ht-cell-two">
              {row.contract_no}
              <small>{row.contact}</small>
            </span>
          ),
        },
        { key: "until", title: t("register.contract_until"), render: (row) => <Until processor={row} /> },
        {
          key: "open",
          title: t("register.notices"),
          numeric: true,
          hide: "phone",
          render: (row) => formatCount(openOf(data, row)),
        },
        ...(onOpen === undefined
          ? []
          : [{ key: "act", title: "", numeric: true, render: (row: Processor) => <Acts row={row} onOpen={onOpen} /> }]),
      ]}
    />
  );
}

/** The day on which the contract ends; past it while the processor still works, that is said. */
function Until({ processor: { contract_until, state } }: { processor: Processor }) {
  const t = useTexts("privacy");
  if (contract_until === null) return <span className="ht-none">—</span>;
  return (
    <span className="ht-cell-two">
      {formatDay(contract_until, true)}
      {state === "active" && contract_until < currentDay() ? <Chip tone="bad">{t("processor.run_out")}</Chip> : null}
    </span>
  );
}

function Acts({ row, onOpen }: { row: Processor; onOpen: (open: Open) => void }) {
  const t = useTexts("privacy");
  return (
    <span className="tp-acts">
      <Button size="small" onClick={() => onOpen({ act: "change", processor: row })}>
        {t(row.state === "ended" ? "processor.resume" : "processor.change")}
      </Button>
      {row.state === "ended" ? null : (
        <Button size="small" onClick={() => onOpen({ act: "end", processor: row })}>
          {t("processor.end")}
        </Button>
      )}
    </span>
  );
}

interface FormProps {
  /** Taken by others. */
  readonly names: readonly string[];
  readonly processor?: Processor;
  readonly onClose: () => void;
}

/** A processor with its contract. It is known by its name, which stays. */
function ProcessorForm({ names, processor, onClose }: FormProps) {
  const t = useTexts("privacy");
  const save = useSaveProcessor(onClose);
  const [draft, setDraft] = useState<ProcessorDraft>(processor === undefined ? EMPTY : draftOf(processor));
  const [classes, setClasses] = useState(draft.data_classes.join("，"));
  const set = (name: "name" | "service" | "contract_no" | "contact") => (value: string) =>
    setDraft({ ...draft, [name]: value });
  const data_classes = wordsOf(classes).filter((word) => word !== "");
  const taken = names.includes(draft.name.trim());
  const texts = [draft.name, draft.service, draft.contract_no, draft.contact];
  const whole = texts.every((text) => text.trim() !== "") && data_classes.length > 0;
  const known = processor === undefined ? "add" : processor.state === "ended" ? "resume" : "change";
  return (
    <FormDialog
      title={processor === undefined ? t("processor.add") : `${t(`processor.${known}`)} · ${processor.name}`}
      act={t(known === "resume" ? "processor.resume" : "shared:act.save")}
      ready={whole && !taken}
      busy={save.isPending}
      error={save.error}
      onClose={onClose}
      onAct={() => save.mutate({ ...draft, name: draft.name.trim(), data_classes, state: "active" })}
    >
      {processor === undefined ? (
        <TextField
          label={t("processor.name")}
          hint={t("processor.name_hint")}
          error={taken ? t("processor.name_taken") : null}
          autoFocus
          value={draft.name}
          onChange={set("name")}
        />
      ) : null}
      <TextField
        label={t("processor.service")}
        hint={t("processor.service_hint")}
        autoFocus={processor !== undefined}
        value={draft.service}
        onChange={set("service")}
      />
      <TextField label={t("register.data")} hint={t("processor.data_hint")} value={classes} onChange={setClasses} />
      <TextField label={t("processor.contract_no")} value={draft.contract_no} onChange={set("contract_no")} />
      <TextField
        label={t("register.contract_until")}
        hint={t("processor.until_hint")}
        type="date"
        required={false}
        value={draft.contract_until ?? ""}
        onChange={(day) => setDraft({ ...draft, contract_until: day === "" ? null : day })}
      />
      <TextField
        label={t("processor.contact")}
        hint={t("processor.contact_hint")}
        value={draft.contact}
        onChange={set("contact")}
      />
    </FormDialog>
  );
}

function EndDialog({ processor, left, onClose }: { processor: Processor; left: number; onClose: () => void }) {
  const t = useTexts("privacy");
  const save = useSaveProcessor(onClose);
  return (
    <FormDialog
      title={t("processor.end_title", { name: processor.name })}
      act={t("processor.end")}
      danger
      ready
      busy={save.isPending}
      error={save.error}
      onClose={onClose}
      onAct={() => save.mutate({ ...draftOf(processor), state: "ended" })}
    >
      <p>{t("processor.end_text")}</p>
      {left === 0 ? null : <p>{t("processor.end_left", { n: formatCount(left) })}</p>}
    </FormDialog>
  );
}
