import { PlusOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useState } from "react";
import { Link } from "react-router";
import { useCan, useSession } from "../../api/session.ts";
import { Chip, StatusDot } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { RelativeTime } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { Loaded, SkeletonTable } from "../../parts/states.tsx";
import { addTexts, pick, useTexts } from "../../texts/texts.ts";
import en from "./en.json";
import { InviteDialog, permissionsText } from "./invite-dialog.tsx";
import {
  type PermissionNames,
  type Person,
  type Role,
  useChangePerson,
  usePeople,
  useTakeAway,
} from "./people-data.ts";
import { PolicyCard } from "./policy-card.tsx";
import zh from "./zh.json";

addTexts("people", { zh, en });

function PersonState({ person }: { person: Person }) {
  const t = useTexts("people");
  if (person.disabled) return <StatusDot tone="neutral">{t("disabled")}</StatusDot>;
  if (person.invited) return <StatusDot tone="warn">{t("invited")}</StatusDot>;
  if (person.locked_until && new Date(person.locked_until).getTime() > Date.now()) {
    return <StatusDot tone="bad">{t("locked")}</StatusDot>;
  }
  return <StatusDot tone="good">{t("active")}</StatusDot>;
}

function RoleChoice({ person, roles, fixed }: { person: Person; roles: readonly Role[]; fixed: boolean }) {
  const t = useTexts("people");
  const change = useChangePerson();
  const nameOf = (role: Role) => pick(role.zh, role.en);
  if (fixed)
    return (
      <>
        {nameOf(
          roles.find((one) => one.role === person.role) ?? {
            role: "",
            zh: person.role,
            en: person.role,
            permissions: [],
          },
        )}
      </>
    );
  return (
    <select
      className="ht-select"
      aria-label={t("change_role", { name: person.name })}
      value={person.role}
      disabled={change.isPending}
      onChange={(event) => change.mutate({ id: person.id, role: event.target.value })}
    >
      {roles.map((role) => (
        <option key={role.role} value={role.role}>
          {nameOf(role)}
        </option>
      ))}
    </select>
  );
}

/** Asks before somebody is signed out everywhere. */
function DisableDialog({ person, onClose }: { person: Person | null; onClose: () => void }) {
  const t = useTexts("people");
  const change = useChangePerson();
  const disable = () => person && change.mutate({ id: person.id, disabled: true }, { onSuccess: onClose });
  return (
    <Dialog
      open={person !== null}
      title={t("disable_title", { name: person?.name ?? "" })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("shared:act.cancel")}</Button>
          <Button type="primary" danger loading={change.isPending} onClick={disable}>
            {t("disable")}
          </Button>
        </>
      }
    >
      <p>{t("disable_text")}</p>
    </Dialog>
  );
}

/** Asks before the second factors of somebody who lost them are taken away. */
function ResetDialog({ person, onClose }: { person: Person | null; onClose: () => void }) {
  const t = useTexts("people");
  const take = useTakeAway();
  const reset = () => person && take.mutate({ id: person.id, what: "factors" }, { onSuccess: onClose });
  return (
    <Dialog
      open={person !== null}
      title={t("reset_title", { name: person?.name ?? "" })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("shared:act.cancel")}</Button>
          <Button type="primary" danger loading={take.isPending} onClick={reset}>
            {t("reset_factors")}
          </Button>
        </>
      }
    >
      <p>{t("reset_text")}</p>
    </Dialog>
  );
}

interface ActsProps {
  readonly person: Person;
  readonly onReset: (person: Person) => void;
  readonly onDisable: (person: Person) => void;
}

function Acts({ person, onReset, onDisable }: ActsProps) {
  const t = useTexts("people");
  const change = useChangePerson();
  if (person.disabled)
    return (
      <Button size="small" onClick={() => change.mutate({ id: person.id, disabled: false })}>
        {t("enable")}
      </Button>
    );
  return (
    <span className="ht-actions">
      {person.has_factor ? (
        <Button size="small" onClick={() => onReset(person)}>
          {t("reset_factors")}
        </Button>
      ) : null}
      <Button size="small" onClick={() => onDisable(person)}>
        {t("disable")}
      </Button>
    </span>
  );
}

function PeopleTable({ people, roles }: { people: readonly Person[]; roles: readonly Role[] }) {
  const t = useTexts("people");
  const me = useSession()?.person?.id;
  const [asked, setAsked] = useState<Person | null>(null);
  const [lost, setLost] = useState<Person | null>(null);
  return (
    <>
      <DataTable
        label={t("title")}
        rows={people}
        rowKey={(person) => person.id}
        rowTone={(person) => (person.disabled ? "quiet" : undefined)}
        columns={[
          {
            key: "name",
            title: t("name"),
            render: (person) => (
              <span className="ht-cell-two">
                <span>
                  {person.name} {person.id === me ? <Chip tone="accent">{t("you")}</Chip> : null}
                </span>
                <small>{person.email}</small>
              </span>
            ),
          },
          {
            key: "role",
            title: t("role"),
            render: (person) => (
              <RoleChoice person={person} roles={roles} fixed={person.id === me || roles.length === 0} />
            ),
          },
          { key: "state", title: t("state"), render: (person) => <PersonState person={person} /> },
          {
            key: "factor",
            title: t("factor"),
            hide: "tablet",
            render: ({ has_factor: on }) => (
              <StatusDot tone={on ? "good" : "neutral"}>{t(on ? "factor_on" : "factor_off")}</StatusDot>
            ),
          },
          {
            key: "seen",
            title: t("seen"),
            numeric: true,
            hide: "phone",
            render: (person) => <RelativeTime at={person.last_seen_at} real />,
          },
          {
            key: "act",
            title: "",
            numeric: true,
            render: (person) =>
              person.id === me ? null : <Acts person={person} onReset={setLost} onDisable={setAsked} />,
          },
        ]}
      />
      <ResetDialog person={lost} onClose={() => setLost(null)} />
      <DisableDialog person={asked} onClose={() => setAsked(null)} />
    </>
  );
}

function Roles({ roles, names }: { roles: readonly Role[]; names: PermissionNames }) {
  const t = useTexts("people");
  const mayRead = useCan("matrix.read");
  return (
    <Card flush title={t("roles")} extra={mayRead ? <Link to="/trust/matrix">{t("to_matrix")}</Link> : undefined}>
      <DataTable
        label={t("roles")}
        rows={roles}
        rowKey={(role) => role.role}
        columns={[
          { key: "role", title: t("role"), render: (role) => pick(role.zh, role.en) },
          { key: "may", title: t("permission"), wrap: true, render: (role) => permissionsText(role, names) },
        ]}
      />
    </Card>
  );
}

export function PeoplePage() {
  const t = useTexts("people");
  const query = usePeople();
  const [adding, setAdding] = useState(false);
  const roles = query.data?.roles ?? [];
  const names = query.data?.permission_names ?? {};
  return (
    <div className="ht-page">
      <PageHeader
        title={t("title")}
        note={query.data ? t("note", { n: query.data.items.length }) : undefined}
        actions={
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>
            {t("add")}
          </Button>
        }
      />
      <Card flush>
        <Loaded query={query} skeleton={<SkeletonTable columns={5} />}>
          {(data) => <PeopleTable people={data.items} roles={roles} />}
        </Loaded>
      </Card>
      {roles.length > 0 ? <PolicyCard roles={roles} /> : null}
      {roles.length > 0 ? <Roles roles={roles} names={names} /> : null}
      {adding ? <InviteDialog roles={roles} names={names} onClose={() => setAdding(false)} /> : null}
    </div>
  );
}
