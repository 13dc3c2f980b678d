import Button from "antd/es/button";
import { useState } from "react";
import { Link } from "react-router";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { SelectField, TextField } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount, formatDay, formatInstant } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
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
          <Card flush title={t("processor.register")} note={t("processor.register_note")}>
            <Register data={data} />
          </Card>
        </>
      )}
    </Loaded>
  );
}

const daysPast = (today: string, due: string) => Math.round((Date.parse(today) - Date.parse(due)) / DAY_MS);

function RequestLink({ notice }: { notice: Notice }) {
  return <Link to={`/trust/privacy/requests/${notice.request_id}`}>№ {notice.request_id}</Link>;
}

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
          {
            key: "name",
            title: t("register.processor"),
            render: (row) => (
              <span className="ht-cell-two">
                {row.name}
                <small>
                  <RequestLink notice={row} />
                </small>
              </span>
            ),
          },
          { key: "due", title: t("processor.due"), render: (row) => <Due today={data.today} day={row.due_day} /> },
          {
            key: "told",
            title: t("processor.told"),
            wrap: true,
            hide: "phone",
            render: (row) => <Told notice={row} />,
          },
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
  const words = useTexts();
  const [how, setHow] = useState("");
  const act = usePublishing();
  const body = { processor_id: notice.processor_id, how: how.trim() };
  return (
    <Dialog
      open
      title={`${t("processor.tell")} · ${notice.name}`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{words("act.cancel")}</Button>
          <Button
            type="primary"
            disabled={body.how.length < HOW_MIN}
            loading={act.isPending}
            onClick={() => act.mutate({ path: `requests/${notice.request_id}/told`, body }, { onSuccess: onClose })}
          >
            {t("processor.tell")}
          </Button>
        </>
      }
    >
      <div className="ht-stack">
        <p>{t("processor.tell_text")}</p>
        <TextField label={t("processor.how")} hint={t("processor.how_hint")} autoFocus value={how} onChange={setHow} />
      </div>
    </Dialog>
  );
}

function AnswerDialog({ notice, onClose }: { notice: Notice; onClose: () => void }) {
  const t = useTexts("privacy");
  const words = useTexts();
  const [answer, setAnswer] = useState<string>(ANSWERS[0]);
  const act = usePublishing();
  const body = { processor_id: notice.processor_id, answer };
  return (
    <Dialog
      open
      title={`${t("processor.answer")} · ${notice.name}`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{words("act.cancel")}</Button>
          <Button
            type="primary"
            loading={act.isPending}
            onClick={() => act.mutate({ path: `requests/${notice.request_id}/answered`, body }, { onSuccess: onClose })}
          >
            {t("processor.answer")}
          </Button>
        </>
      }
    >
      <SelectField
        label={t("processor.answer")}
        value={answer}
        onChange={setAnswer}
        options={ANSWERS.map((value) => ({ value, label: t(`processor.${value}`) }))}
      />
    </Dialog>
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
        {
          key: "name",
          title: t("register.processor"),
          render: (row) => (
            <span className="ht-cell-two">
              {row.name}
              <small>
                <RequestLink notice={row} />
              </small>
            </span>
          ),
        },
        { key: "told", title: t("processor.told"), hide: "phone", wrap: true, render: (row) => <Told notice={row} /> },
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

function Register({ data }: { data: Processors }) {
  const t = useTexts("privacy");
  const openOf = (id: number) => data.notices.filter((notice) => notice.processor_id === id).length;
  return (
    <DataTable
      label={t("processor.register")}
      rows={data.items}
      rowKey={(row) => row.processor_id}
      rowTone={(row) => (row.state === "ended" ? "quiet" : undefined)}
      empty={<EmptyState small title={t("processor.register_none")} />}
      columns={[
        {
          key: "name",
          title: t("register.processor"),
          render: (row) => (
            <span className="ht-cell-two">
              {row.name}
              <small>{row.service}</small>
            </span>
          ),
        },
        { key: "contract", title: t("register.contract"), hide: "phone", render: (row) => row.contract_no },
        {
          key: "until",
          title: t("register.contract_until"),
          render: (row) => (row.contract_until === null ? "—" : formatDay(row.contract_until, true)),
        },
        {
          key: "open",
          title: t("register.notices"),
          numeric: true,
          render: (row) => formatCount(openOf(row.processor_id)),
        },
      ]}
    />
  );
}
