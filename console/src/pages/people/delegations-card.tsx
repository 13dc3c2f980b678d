import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { type Delegation, DELEGATION_TONES } from "../../api/delegations.ts";
import { useSession } from "../../api/session.ts";
import { StatusDot } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { FormError, SelectField, TextField } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, errorSentence, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { say, sayError } from "../../parts/toast.tsx";
import { businessDay, instantOf } from "../../texts/business-time.ts";
import { formatInstant } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import type { Person } from "./people-data.ts";

const KEY = ["delegations"] as const;
const DAYS = ["1", "3", "7", "14", "30"] as const;
const DAY_MS = 86_400_000;

function useAct() {
  const t = useTexts("people");
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, act }: { id: number; act: "approve" | "end" }) => api.post(`/api/delegations/${id}/${act}`),
    onSuccess: () => {
      say(t("changed"));
      return client.invalidateQueries({ queryKey: KEY });
    },
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
}

/** Who does whose work for a while; a second person approves it. */
interface CardProps {
  readonly people: readonly Person[];
  /** Whose work a colleague is to do, where that was asked for on their account. */
  readonly lender: Person | null;
  readonly onLender: (person: Person | null) => void;
}

export function DelegationsCard({ people, lender, onLender }: CardProps) {
  const t = useTexts("people");
  const [asking, setAsking] = useState(false);
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.get<{ items: readonly Delegation[] }>("/api/delegations", {}, signal),
  });
  return (
    <Card
      flush
      title={t("lend.title")}
      note={t("lend.note")}
      extra={<Button onClick={() => setAsking(true)}>{t("lend.ask")}</Button>}
    >
      <Loaded query={query} skeleton={<SkeletonTable rows={2} columns={5} />}>
        {({ items }) => <Rows items={items} />}
      </Loaded>
      {asking || lender !== null ? (
        <AskDialog
          people={people}
          lender={lender}
          onClose={() => {
            setAsking(false);
            onLender(null);
          }}
        />
      ) : null}
    </Card>
  );
}

function Rows({ items }: { items: readonly Delegation[] }) {
  const t = useTexts("people");
  return (
    <DataTable
      label={t("lend.title")}
      rows={items}
      rowKey={(one) => one.delegation_id}
      rowTone={(one) => (["over", "ended"].includes(one.state) ? "quiet" : undefined)}
      empty={<EmptyState small title={t("lend.empty")} text={t("lend.empty_text")} />}
      columns={[
        {
          key: "who",
          title: t("lend.who"),
          render: (one) => (
            <span className="ht-cell-two">
              <span>{t("lend.for", { taker: one.taker, giver: one.giver })}</span>
              <small>
                {t(`shared:role.${one.role}`, { defaultValue: one.role })} · {one.reason}
              </small>
            </span>
          ),
        },
        {
          key: "time",
          title: t("lend.time"),
          hide: "phone",
          render: (one) =>
            t("lend.from_to", {
              from: formatInstant(one.from_at, { day: true }),
              until: formatInstant(one.until_at, { day: true }),
            }),
        },
        { key: "approver", title: t("lend.approver"), hide: "tablet", render: (one) => one.approver ?? "—" },
        {
          key: "state",
          title: t("state"),
          render: (one) => (
            <StatusDot tone={DELEGATION_TONES[one.state]}>{t(`shared:delegation.${one.state}`)}</StatusDot>
          ),
        },
        { key: "act", title: "", numeric: true, render: (one) => <Acts one={one} /> },
      ]}
    />
  );
}

function Acts({ one }: { one: Delegation }) {
  const t = useTexts("people");
  const me = useSession()?.person?.id;
  const act = useAct();
  if (["over", "ended"].includes(one.state)) return null;
  const mine = me === one.giver_id || me === one.taker_id;
  return (
    <span className="ht-actions ht-people-acts">
      {one.state === "asked" && !mine ? (
        <Button size="small" onClick={() => act.mutate({ id: one.delegation_id, act: "approve" })}>
          {t("lend.approve")}
        </Button>
      ) : null}
      <Button size="small" onClick={() => act.mutate({ id: one.delegation_id, act: "end" })}>
        {t(one.state === "asked" ? "lend.refuse" : me === one.giver_id ? "lend.take_back" : "lend.end")}
      </Button>
    </span>
  );
}

interface AskProps {
  readonly people: readonly Person[];
  readonly lender: Person | null;
  readonly onClose: () => void;
}

function AskDialog({ people, lender, onClose }: AskProps) {
  const t = useTexts("people");
  const client = useQueryClient();
  const active = people.filter((person) => !person.disabled && !person.invited);
  const first = lender ?? active[0];
  const [giver, setGiver] = useState(String(first?.id ?? ""));
  const [taker, setTaker] = useState(String(active.find(({ id }) => id !== first?.id)?.id ?? ""));
  const [from, setFrom] = useState(businessDay(new Date()));
  const [days, setDays] = useState<string>("7");
  const [reason, setReason] = useState("");
  const today = businessDay(new Date());
  // from today on means at once; another day begins with its first minute here
  const begin = from <= today ? new Date() : instantOf(`${from}T00:00`);
  const ask = useMutation({
    mutationFn: () =>
      api.post("/api/delegations", {
        giver_id: Number(giver),
        taker_id: Number(taker),
        from_at: begin.toISOString(),
        until_at: new Date(begin.getTime() + Number(days) * DAY_MS).toISOString(),
        reason: reason.trim(),
      }),
    onSuccess: () => {
      onClose();
      return client.invalidateQueries({ queryKey: KEY });
    },
  });
  const options = active.map((person) => ({
    value: String(person.id),
    label: `${person.name} · ${t(`shared:role.${person.role}`, { defaultValue: person.role })}`,
  }));
  return (
    <Dialog
      open
      title={t("lend.ask")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("shared:act.cancel")}</Button>
          <Button
            type="primary"
            loading={ask.isPending}
            disabled={from === "" || giver === taker || giver === "" || taker === "" || reason.trim().length < 2}
            onClick={() => ask.mutate()}
          >
            {t("lend.submit")}
          </Button>
        </>
      }
    >
      <div className="ht-stack">
        <FormError text={ask.error ? errorSentence(ask.error, t("shared:state.offline")) : null} />
        <SelectField label={t("lend.giver")} value={giver} onChange={setGiver} options={options} />
        <SelectField label={t("lend.taker")} value={taker} onChange={setTaker} options={options} />
        <TextField label={t("lend.from")} type="date" value={from} onChange={setFrom} />
        <SelectField
          label={t("lend.days")}
          value={days}
          onChange={setDays}
          options={DAYS.map((n) => ({ value: n, label: t("lend.days_n", { n }) }))}
        />
        <TextField label={t("shared:act.reason")} value={reason} onChange={setReason} hint={t("lend.hint")} />
      </div>
    </Dialog>
  );
}
