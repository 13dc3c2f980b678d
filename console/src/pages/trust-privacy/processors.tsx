import Button from "antd/es/button";
import { useState } from "react";
import { Link } from "react-router";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { SelectField, TextField } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatDay, formatInstant } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { ProcessorRegister } from "./processor-register.tsx";
import { type Notice, type Processors, useProcessors, usePublishing } from "./registers-data.ts";

const ANSWERS = ["deleted", "not_held", "kept_by_law"] as const;
const DAY_MS = 86_400_000;
const HOW_MIN = 2;

/** Who has to be told of a deletion, who was, what they answered, and the register with its contracts. */
export function ProcessorsView() {
  const t = useTexts("privacy");
  const query = useProcessors();
  return (
    <Loaded query={query} skeleton={<SkeletonTable columns={5} rows={6} />}>
      {(data) => (
        <>
          <Card flush title={t("processor.title")} note={t("processor.note")}>
            <OpenNotices data={data} />
          </Card>
          <Card flush title={t("processor.answered")} note={t("processor.answered_note")}>
            <Answers data={data} />
          </Card>
          <ProcessorRegister data={data} />
        </>
      )}
    </Loaded>
  );
}

const daysPast = (today: string, due: string) => Math.round((Date.parse(today) - Date.parse(due)) / DAY_MS);

const nameColumn = (t: Translate): Column<Notice> => ({
  key: "name",
  title: t("register.processor"),
  render: ({ name, request_id }) => (
    <span className="ht-cell-two">
      {name}
      <small>
        <Link to={`/trust/privacy/requests/${request_id}`}>№ {request_id}</Link>
      </small>
    </span>
  ),
});
const toldColumn = (t: Translate): Column<Notice> => ({
  key: "told",
  title: t("processor.told"),
  wrap: true,
  hide: "phone",
  render: (row) => <Told notice={row} />,
});

function OpenNotices({ data }: { data: Processors }) {
  const t = useTexts("privacy");
  const may = useCan("privacy.handle");
  const [open, setOpen] = useState<{ notice: Notice; act: "tell" | "answer" }>();
  const close = () => setOpen(undefined);
  return (
    <>
      <DataTable
        label={t("processor.title")}
        rows={data.notices}
        rowKey={(row) => `${row.request_id} ${row.processor_id}`}
        rowTone={(row) => (daysPast(data.today, row.due_day) > 0 ? "bad" : undefined)}
        empty={<EmptyState small title={t("processor.none")} text={t("processor.none_text")} />}
        columns={[
          nameColumn(t),
          { key: "due", title: t("processor.due"), render: (row) => <Due today={data.today} day={row.due_day} /> },
          toldColumn(t),
          {
            key: "act",
            title: t("processor.state"),
            render: (row) => {
              const act = row.told_at === null ? "tell" : "answer";
              if (!may)
                return <Chip tone="warn">{t(act === "tell" ? "processor.not_told" : "processor.waiting")}</Chip>;
              return (
                <Button size="small" onClick={() => setOpen({ notice: row, act })}>
                  {t(`processor.${act}`)}
                </Button>
              );
            },
          },
        ]}
      />
      {open?.act === "tell" ? <TellDialog notice={open.notice} onClose={close} /> : null}
      {open?.act === "answer" ? <AnswerDialog notice={open.notice} onClose={close} /> : null}
    </>
  );
}

function Due({ today, day }: { today: string; day: string }) {
  const t = useTexts("privacy");
  const past = daysPast(today, day);
  return (
    <span className="ht-cell-two">
      {formatDay(day)}
      <small>
        {past > 0 ? t("processor.overdue", { n: past }) : past === 0 ? t("clock.today") : t("clock.left", { n: -past })}
      </small>
    </span>
  );
}

function Told({ notice }: { notice: Notice }) {
  const t = useTexts("privacy");
  if (notice.told_at === null) return <Chip tone="warn">{t("processor.not_told")}</Chip>;
  return <>{t("processor.told_at", { at: formatInstant(notice.told_at), how: notice.told_how ?? "" })}</>;
}

function TellDialog({ notice, onClose }: { notice: Notice; onClose: () => void }) {
  const t = useTexts("privacy");
  const [how, setHow] = useState("");
  const act = usePublishing();
  const body = { processor_id: notice.processor_id, how: how.trim() };
  return (
    <FormDialog
      title={`${t("processor.tell")} · ${notice.name}`}
      act={t("processor.tell")}
      ready={body.how.length >= HOW_MIN}
      busy={act.isPending}
      onClose={onClose}
      onAct={() => act.mutate({ path: `requests/${notice.request_id}/told`, body }, { onSuccess: onClose })}
    >
      <p>{t("processor.tell_text")}</p>
      <TextField label={t("processor.how")} hint={t("processor.how_hint")} autoFocus value={how} onChange={setHow} />
    </FormDialog>
  );
}

function AnswerDialog({ notice, onClose }: { notice: Notice; onClose: () => void }) {
  const t = useTexts("privacy");
  const [answer, setAnswer] = useState<string>(ANSWERS[0]);
  const act = usePublishing();
  const body = { processor_id: notice.processor_id, answer };
  return (
    <FormDialog
      title={`${t("processor.answer")} · ${notice.name}`}
      act={t("processor.answer")}
      ready
      busy={act.isPending}
      onClose={onClose}
      onAct={() => act.mutate({ path: `requests/${notice.request_id}/answered`, body }, { onSuccess: onClose })}
    >
      <SelectField
        label={t("processor.answer")}
        value={answer}
        onChange={setAnswer}
        options={ANSWERS.map((value) => ({ value, label: t(`processor.${value}`) }))}
      />
    </FormDialog>
  );
}

function Answers({ data }: { data: Processors }) {
  const t = useTexts("privacy");
  return (
    <DataTable
      label={t("processor.answered")}
      rows={data.answered}
      rowKey={(row) => `${row.request_id} ${row.processor_id}`}
      empty={<EmptyState small title={t("processor.no_answers")} />}
      columns={[
        nameColumn(t),
        toldColumn(t),
        {
          key: "answer",
          title: t("processor.answer_title"),
          render: (row) => (
            <span className="ht-cell-two">
              {t(`processor.${row.answer ?? "waiting"}`)}
              <small>{row.answered_at === null ? "" : formatInstant(row.answered_at)}</small>
            </span>
          ),
        },
      ]}
    />
  );
}
