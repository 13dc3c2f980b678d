import { CheckOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { DayText, Instant } from "../../parts/figures.tsx";
import { ReasonDialog } from "../../parts/reason-dialog.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import type { Translate } from "../../texts/texts.ts";
import { type Task, useTaskAct, type useTasks, type Whose } from "./tasks-data.ts";

/** The member a row is about, as whoever looks may see them. */
export function MemberLink({ row, t }: { row: Whose; t: Translate }) {
  if (row.member_id === null) return <span className="ht-note">{t("erased")}</span>;
  return (
    <>
      <Link to={`/members/${row.member_id}`}>{row.name_masked ?? t("member", { id: row.member_id })}</Link>
      {row.phone_masked === null ? null : <span className="ht-note">{row.phone_masked}</span>}
    </>
  );
}

/** When something is due: late and today stand out, by a word as well. */
export function Due({ day, today, t }: { day: string; today: string; t: Translate }) {
  if (day < today)
    return (
      <Chip tone="bad">
        {t("due.late")} <DayText day={day} />
      </Chip>
    );
  if (day === today) return <Chip tone="warn">{t("due.today")}</Chip>;
  return (
    <Chip>
      {t("due.until")} <DayText day={day} />
    </Chip>
  );
}

interface ListProps {
  readonly query: ReturnType<typeof useTasks>;
  readonly empty: { readonly title: string; readonly text?: string };
  /** The associate who looks: of their own tasks nothing is said about whose they are. */
  readonly own?: number | undefined;
  readonly t: Translate;
}

/** Tasks as cards, each done with one touch. */
export function TaskList({ query, empty, own, t }: ListProps) {
  const [dropping, setDropping] = useState<Task>();
  return (
    <Loaded query={query} skeleton={<SkeletonTable columns={2} />}>
      {({ pages }) => {
        const items = pages.flatMap((page) => page.items);
        if (items.length === 0) return <EmptyState small {...empty} />;
        const today = pages[0]?.today ?? "";
        return (
          <>
            <ul className="tk-list" aria-label={t("title")}>
              {items.map((task) => (
                <TaskCard
                  key={task.task_id}
                  {...{ task, today, t }}
                  whose={task.associate_id === null || task.associate_id !== own}
                  onDrop={setDropping}
                />
              ))}
            </ul>
            {query.hasNextPage ? (
              <div className="ht-table-more">
                <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  {t("shared:act.more")}
                </Button>
              </div>
            ) : null}
            {dropping === undefined ? null : (
              <DropDialog task={dropping} onClose={() => setDropping(undefined)} t={t} />
            )}
          </>
        );
      }}
    </Loaded>
  );
}

interface CardProps {
  readonly task: Task;
  readonly today: string;
  readonly whose: boolean;
  readonly onDrop: (task: Task) => void;
  readonly t: Translate;
}

function TaskCard({ task, today, whose, onDrop, t }: CardProps) {
  const may = useCan("tasks.work");
  const done = useTaskAct(() => api.post(`/api/tasks/${task.task_id}/done`, {}), "done");
  return (
    <li className={`tk-task tk-${task.state}`}>
      <div className="tk-what">
        <p className="tk-text">{task.text}</p>
        <p className="tk-who">
          <MemberLink row={task} t={t} />
        </p>
        <p className="tk-facts">
          {task.state === "open" ? (
            <Due day={task.due_day} today={today} t={t} />
          ) : (
            <>
              <Chip tone={task.state === "done" ? "good" : "neutral"}>{t(`state.${task.state}`)}</Chip>
              <Instant at={task.ended_at} />
            </>
          )}
          {task.result === null ? null : <span>{task.result}</span>}
          {whose ? (
            <span className="ht-note">
              {[task.store ?? task.store_code, task.associate ?? t("anyone")]
                .filter((word) => word !== null)
                .join(" · ")}
            </span>
          ) : null}
          {task.handed_from === null ? null : <Chip tone="info">{t("handed_from", { name: task.handed_from })}</Chip>}
        </p>
      </div>
      {task.state === "open" && task.mine && may ? (
        <div className="tk-acts">
          <Button
            type="primary"
            icon={<CheckOutlined />}
            loading={done.isPending}
            onClick={() => done.mutate(undefined)}
          >
            {t("act.done")}
          </Button>
          <Button onClick={() => onDrop(task)}>{t("act.drop")}</Button>
        </div>
      ) : null}
    </li>
  );
}

function DropDialog({ task, onClose, t }: { task: Task; onClose: () => void; t: Translate }) {
  const drop = useTaskAct(
    (reason: string) => api.post(`/api/tasks/${task.task_id}/drop`, { reason }),
    "dropped",
    onClose,
  );
  return (
    <ReasonDialog
      title={t("drop.title")}
      text={task.text}
      hint={t("drop.hint")}
      act={t("act.drop")}
      busy={drop.isPending}
      error={drop.error}
      onClose={onClose}
      onAct={(reason) => drop.mutate(reason)}
    />
  );
}
