import { useSearchParams } from "react-router";
import { useCan } from "../../api/session.ts";
import { type SetAddress, useAddress } from "../../parts/address.ts";
import { Chip, Choices } from "../../parts/chips.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { AssociatesTab } from "./associates.tsx";
import { KeptMembers } from "./kept-members.tsx";
import { StoreSelect } from "./store-select.tsx";
import { TaskList } from "./task-list.tsx";
import { nameOf, type State, STATES, useAssociates, useMe, useTasks } from "./tasks-data.ts";
import "./tasks.css";
import "./texts.ts";

/** What associates have to do and whom they look after; for whoever leads them, everybody's. */
export function TasksPage() {
  const t = useTexts("tasks");
  const { params, set } = useAddress();
  const [, setParams] = useSearchParams();
  const manages = useCan("tasks.manage");
  const tabs = ["inbox", "members", ...(manages ? ["all", "associates"] : [])];
  const tab = tabs.find((one) => one === params.get("tab")) ?? "inbox";
  return (
    <div className="ht-page">
      <PageHeader title={t("title")} note={t("note")} />
      <Choices
        label={t("view")}
        value={tab}
        onChange={(key) => setParams(key === "inbox" ? {} : { tab: key })}
        items={tabs.map((key) => ({ key, label: t(`tab.${key}`) }))}
      />
      {tab === "inbox" ? <Inbox params={params} set={set} t={t} /> : null}
      {tab === "members" ? <MyMembers t={t} /> : null}
      {tab === "all" ? <AllTasks params={params} set={set} t={t} /> : null}
      {tab === "associates" ? <AssociatesTab params={params} set={set} t={t} /> : null}
    </div>
  );
}

interface TabProps {
  readonly params: URLSearchParams;
  readonly set: SetAddress;
  readonly t: Translate;
}

const stateIn = (params: URLSearchParams): State => STATES.find((one) => one === params.get("state")) ?? "open";

function StateChoices({
  state,
  counts,
  set,
  t,
}: {
  readonly state: State;
  readonly counts: Readonly<Record<State, number>> | undefined;
  readonly set: SetAddress;
  readonly t: Translate;
}) {
  return (
    <Choices
      label={t("state.label")}
      value={state}
      onChange={(key) => set({ state: key === "open" ? "" : key })}
      items={STATES.map((key) => ({ key, label: t(`state.${key}`), count: counts?.[key] }))}
    />
  );
}

function Inbox({ params, set, t }: TabProps) {
  const state = stateIn(params);
  const query = useTasks({ mine: true, state });
  const own = useMe().data?.associate?.associate_id;
  const counts = query.data?.pages[0]?.counts;
  return (
    <>
      <div className="tk-bar">
        <StateChoices state={state} counts={counts} set={set} t={t} />
        {(counts?.overdue ?? 0) === 0 ? null : <Chip tone="bad">{t("inbox.late", { n: counts?.overdue })}</Chip>}
        {(counts?.due_today ?? 0) === 0 ? null : <Chip tone="warn">{t("inbox.today", { n: counts?.due_today })}</Chip>}
      </div>
      <TaskList
        own={own}
        query={query}
        empty={{ title: t(`inbox.empty_${state}`), text: t("inbox.empty_text") }}
        t={t}
      />
    </>
  );
}

function MyMembers({ t }: { readonly t: Translate }) {
  const query = useMe();
  return (
    <Loaded query={query} skeleton={<SkeletonTable columns={4} />}>
      {({ associate }) =>
        associate === null ? (
          <Card>
            <EmptyState title={t("members.nobody")} text={t("members.nobody_text")} />
          </Card>
        ) : (
          <KeptMembers
            associate_id={associate.associate_id}
            title={t("members.title", { n: associate.members })}
            t={t}
          />
        )
      }
    </Loaded>
  );
}

function AllTasks({ params, set, t }: TabProps) {
  const state = stateIn(params);
  const of = (name: string) => params.get(name) ?? "";
  const query = useTasks({
    state,
    store_code: of("store"),
    associate_id: of("associate"),
    unassigned: of("associate") === "" && of("unassigned") !== "" ? true : undefined,
  });
  const associates = useAssociates().data?.items ?? [];
  const whose = of("unassigned") === "" ? of("associate") : "anyone";
  return (
    <>
      <div className="tk-bar">
        <StateChoices state={state} counts={query.data?.pages[0]?.counts} set={set} t={t} />
        <StoreSelect associates={associates} value={of("store")} onChange={(code) => set({ store: code })} t={t} />
        <select
          className="ht-select"
          aria-label={t("column.associate")}
          value={whose}
          onChange={({ target: { value } }) =>
            set(value === "anyone" ? { associate: "", unassigned: "1" } : { associate: value, unassigned: "" })
          }
        >
          <option value="">{t("all.any_associate")}</option>
          <option value="anyone">{t("anyone")}</option>
          {associates
            .filter((one) => of("store") === "" || one.store_code === of("store"))
            .map((one) => (
              <option key={one.associate_id} value={one.associate_id}>
                {nameOf(one)}
              </option>
            ))}
        </select>
      </div>
      <TaskList query={query} empty={{ title: t("all.empty"), text: t("all.empty_text") }} t={t} />
    </>
  );
}
