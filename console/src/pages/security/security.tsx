import Button from "antd/es/button";
import { type FormEvent, useState } from "react";
import { api } from "../../api/client.ts";
import { type OwnSession, type Security, useSecurity } from "../../api/security.ts";
import { Chip } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Instant, RelativeTime } from "../../parts/figures.tsx";
import { FormError, TextField } from "../../parts/form.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { errorSentence, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { say } from "../../parts/toast.tsx";
import { addTexts, useTexts } from "../../texts/texts.ts";
import en from "./en.json";
import { FactorsCard } from "./factors-card.tsx";
import { LentCard } from "./lent-card.tsx";
import { PinCard } from "./pin-card.tsx";
import { endOtherSessions, endSession, useAct, useRenewSecurity } from "./security-data.ts";
import "./security.css";
import zh from "./zh.json";

addTexts("security", { zh, en });

/** "Chrome 141 · Windows" of a browser's long name; the whole of it is in the title. */
function deviceName(agent: string | null): string | undefined {
  if (agent === null) return undefined;
  const browser = /(Edg|Firefox|Chrome|Safari|MicroMessenger)[/ ](\d+)/.exec(agent);
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent);
  const words = [browser === null ? undefined : `${browser[1]} ${browser[2]}`, system?.[1]];
  const name = words.filter((word) => word !== undefined).join(" · ");
  return name === "" ? agent.slice(0, 40) : name;
}

export function SecurityPage() {
  const t = useTexts("security");
  const security = useSecurity();
  return (
    <div className="ht-page">
      <PageHeader title={t("title")} note={t("note")} />
      <Loaded query={security} skeleton={<SkeletonTable rows={3} />}>
        {(found) => (
          <div className="ht-stack">
            {found.owes === "enrol" || found.owes === "password" ? (
              <p className="ht-owes" role="alert">
                {t(`owes.${found.owes}`)}
              </p>
            ) : null}
            <FactorsCard security={found} />
            <PasswordCard security={found} />
            <PinCard />
            <LentCard />
            <SessionsCard sessions={found.sessions} />
          </div>
        )}
      </Loaded>
    </div>
  );
}

function PasswordCard({ security }: { security: Security }) {
  const t = useTexts("security");
  const renew = useRenewSecurity();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await api.put("/api/me/password", { current, password: next });
      setCurrent("");
      setNext("");
      say(t("password.done"));
      await renew();
    } catch (problem) {
      setError(errorSentence(problem, t("shared:state.offline")));
    } finally {
      setBusy(false);
    }
  };
  const changed = security.password_changed_at;
  return (
    <Card
      title={t("password.title")}
      note={
        <>
          {t("password.changed")} {changed === null ? t("password.never") : <RelativeTime at={changed} real />}
        </>
      }
    >
      <form className="ht-form ht-password-form" onSubmit={(event) => void submit(event)}>
        {error === null ? null : <FormError text={error} />}
        <TextField
          label={t("password.current")}
          type="password"
          autoComplete="current-password"
          value={current}
          onChange={setCurrent}
        />
        <TextField
          label={t("password.next")}
          type="password"
          autoComplete="new-password"
          value={next}
          onChange={setNext}
          hint={t("password.hint")}
        />
        <Button htmlType="submit" type="primary" loading={busy}>
          {t("password.submit")}
        </Button>
      </form>
    </Card>
  );
}

function SessionsCard({ sessions }: { sessions: readonly OwnSession[] }) {
  const t = useTexts("security");
  const end = useAct(endSession, () => t("sessions.ended"));
  const endAll = useAct(endOtherSessions, ({ ended }) => t("sessions.others_ended", { count: ended }));
  const columns: readonly Column<OwnSession>[] = [
    {
      key: "device",
      title: t("sessions.device"),
      render: ({ user_agent, current }) => (
        <span title={user_agent ?? ""}>
          {deviceName(user_agent) ?? t("sessions.unknown")}{" "}
          {current ? <Chip tone="good">{t("sessions.current")}</Chip> : null}
        </span>
      ),
    },
    { key: "ip", title: t("sessions.ip"), hide: "phone", render: ({ ip }) => ip ?? "—" },
    {
      key: "proved",
      title: t("sessions.proved"),
      hide: "phone",
      render: ({ proved_by }) => t(`sessions.by.${proved_by}`),
    },
    {
      key: "began",
      title: t("sessions.began"),
      hide: "phone",
      render: ({ created_at }) => <Instant at={created_at} />,
    },
    { key: "seen", title: t("sessions.seen"), render: ({ last_seen_at }) => <RelativeTime at={last_seen_at} real /> },
    {
      key: "act",
      title: "",
      numeric: true,
      render: ({ session_id, current }) =>
        current ? null : (
          <Button size="small" disabled={end.isPending} onClick={() => end.mutate(session_id)}>
            {t("sessions.end")}
          </Button>
        ),
    },
  ];
  return (
    <Card
      title={t("sessions.title")}
      flush
      extra={
        sessions.length > 1 ? (
          <Button loading={endAll.isPending} onClick={() => endAll.mutate()}>
            {t("sessions.end_others")}
          </Button>
        ) : undefined
      }
    >
      <DataTable
        label={t("sessions.title")}
        columns={columns}
        rows={sessions}
        rowKey={({ session_id }) => session_id}
      />
    </Card>
  );
}
