import { PlusOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useCan, useSession } from "../../api/session.ts";
import { Chip, StatusDot } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { RelativeTime } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatInstant, listText } from "../../texts/format.ts";
import { addTexts, pick, useTexts } from "../../texts/texts.ts";
import { AccountDialog } from "./account-dialog.tsx";
import { DelegationsCard } from "./delegations-card.tsx";
import "./people.css";
import en from "./en.json";
import { InviteDialog, permissionsText } from "./invite-dialog.tsx";
import {
  KEPT_FOR_OWNERS,
  type PermissionNames,
  type Person,
  type Role,
  useChangePerson,
  usePeople,
} from "./people-data.ts";
import { PolicyCard } from "./policy-card.tsx";
import { SsoCard } from "./sso-card.tsx";
import { SeparationCard } from "./separation-card.tsx";
import zh from "./zh.json";

addTexts("people", { zh, en });

function PersonState({ person }: { person: Person }) {
  const t = useTexts("people");
  return (
    <span className="ht-cell-two">
      <StateWord person={person} />
      {person.leaves_at === null || person.disabled ? null : (
        <small>{t("leaves", { at: formatInstant(person.leaves_at, { day: true }) })}</small>
      )}
    </span>
  );
}

function StateWord({ person }: { person: Person }) {
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
  const owner = useSession()?.person?.role === "owner";
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
      className="ht-select ht-people-role"
      aria-label={t("change_role", { name: person.name })}
      value={person.role}
      disabled={change.isPending}
      onChange={(event) => change.mutate({ id: person.id, role: event.target.value })}
    >
      {roles.map((role) => (
        <option key={role.role} value={role.role} disabled={KEPT_FOR_OWNERS.has(role.role) && !owner}>
          {nameOf(role)}
        </option>
      ))}
    </select>
  );
}

function Acts({ person, onManage }: { person: Person; onManage: (person: Person) => void }) {
  const t = useTexts("people");
  const change = useChangePerson();
  if (person.disabled)
    return (
      <Button size="small" onClick={() => change.mutate({ id: person.id, disabled: false })}>
        {t("enable")}
      </Button>
    );
  return (
    <Button size="small" onClick={() => onManage(person)}>
      {t("manage")}
    </Button>
  );
}

function PersonName({ person, mine }: { person: Person; mine: boolean }) {
  const t = useTexts("people");
  return (
    <span className="ht-cell-two">
      <span>
        {person.name} {mine ? <Chip tone="accent">{t("you")}</Chip> : null}
      </span>
      <small>{person.email}</small>
      <span className="ht-people-phone">
        <PersonState person={person} />
      </span>
      {person.scope_stores === null ? null : <small>{t("stores_of", { stores: listText(person.scope_stores) })}</small>}
    </span>
  );
}

interface TableProps {
  readonly people: readonly Person[];
  readonly roles: readonly Role[];
  readonly onLend: (person: Person) => void;
}

function PeopleTable({ people, roles, onLend }: TableProps) {
  const t = useTexts("people");
  const session = useSession();
  const me = session?.person?.id;
  const owner = session?.person?.role === "owner";
  const [params, setParams] = useSearchParams();
  const managed = people.find(({ id, disabled }) => String(id) === params.get("manage") && id !== me && !disabled);
  const manage = (person: Person | null) =>
    setParams(person === null ? {} : { manage: String(person.id) }, { replace: true });
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
            render: (person) => <PersonName person={person} mine={person.id === me} />,
          },
          {
            key: "role",
            title: t("role"),
            render: (person) => (
              <RoleChoice
                person={person}
                roles={roles}
                fixed={person.id === me || roles.length === 0 || (KEPT_FOR_OWNERS.has(person.role) && !owner)}
              />
            ),
          },
          { key: "state", title: t("state"), hide: "phone", render: (person) => <PersonState person={person} /> },
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
            render: (person) => (person.id === me ? null : <Acts person={person} onManage={manage} />),
          },
        ]}
      />
      {managed === undefined ? null : (
        <AccountDialog person={managed} people={people} onLend={onLend} onClose={() => manage(null)} />
      )}
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
  const [adding, setAdding] = useState<string | null>(null);
  const [lender, setLender] = useState<Person | null>(null);
  const roles = query.data?.roles ?? [];
  const names = query.data?.permission_names ?? {};
  return (
    <div className="ht-page">
      <PageHeader
        title={t("title")}
        note={query.data ? t("note", { n: query.data.items.length }) : undefined}
        actions={
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding("operator")}>
            {t("add")}
          </Button>
        }
      />
      {query.data && roles.length > 0 ? (
        <SeparationCard people={query.data.items} roles={roles} onInvite={setAdding} />
      ) : null}
      <Card flush>
        <Loaded query={query} skeleton={<SkeletonTable columns={5} />}>
          {(data) => <PeopleTable people={data.items} roles={roles} onLend={setLender} />}
        </Loaded>
      </Card>
      {query.data ? <DelegationsCard people={query.data.items} lender={lender} onLender={setLender} /> : null}
      {roles.length > 0 ? <PolicyCard roles={roles} /> : null}
      {roles.length > 0 ? <SsoCard /> : null}
      {roles.length > 0 ? <Roles roles={roles} names={names} /> : null}
      {adding === null ? null : (
        <InviteDialog roles={roles} names={names} first={adding} onClose={() => setAdding(null)} />
      )}
    </div>
  );
}
