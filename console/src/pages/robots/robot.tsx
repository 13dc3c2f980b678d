import Button from "antd/es/button";
import { useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { useCan } from "../../api/session.ts";
import { DataTable } from "../../parts/data-table.tsx";
import { Fact, Instant, RelativeTime } from "../../parts/figures.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonBlock, SkeletonTable } from "../../parts/states.tsx";
import { say } from "../../parts/toast.tsx";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { RobotForm } from "./robot-form.tsx";
import { RobotItems } from "./robot-items.tsx";
import { Secrets } from "./robot-secrets.tsx";
import { RobotState, RunStateDot } from "./robot-state.tsx";
import { isOver, type Robot, type Run, useRemove, useRobot, useRuns, useTakeOver, useTurn } from "./robots-data.ts";
import { RunFilm } from "./run-film.tsx";
import { outputName, outputsOf } from "./run-outputs.ts";
import { StartDialog } from "./start-dialog.tsx";
import "./robots.css";
import "./texts.ts";

type Asked = "edit" | "start" | "take_over" | "remove" | null;

/** One robot: what it is given, its runs as films, what it did not get done. */
export function RobotPage() {
  const t = useTexts("robots");
  const robot_id = Number(useParams()["robot_id"]);
  const query = useRobot(robot_id);
  const [params, setParams] = useSearchParams();
  const [asked, setAsked] = useState<Asked>(null);
  const showRun = (run_id: number) => setParams({ run: String(run_id) }, { replace: true });
  return (
    <div className="ht-page">
      <Loaded query={query} skeleton={<SkeletonBlock height={320} />}>
        {(robot) => (
          <>
            <PageHeader
              title={robot.name}
              back={{ to: "/robots", label: t("title") }}
              tags={<RobotState robot={robot} />}
              actions={<Acts robot={robot} onAsk={setAsked} />}
            />
            {robot.stopped_zh === null ? null : (
              <p className="rb-stopped" role="status">
                {pick(robot.stopped_zh, robot.stopped_en ?? "")}
              </p>
            )}
            <div className="ht-grid">
              <Facts robot={robot} />
              <Secrets robot={robot} />
            </div>
            <Runs robot_id={robot_id} shown={params.get("run")} onShow={showRun} />
            <RobotItems robot_id={robot_id} onRun={showRun} />
            <Asking robot={robot} asked={asked} onClose={() => setAsked(null)} onRun={showRun} />
          </>
        )}
      </Loaded>
    </div>
  );
}

function Acts({ robot, onAsk }: { robot: Robot; onAsk: (asked: Asked) => void }) {
  const t = useTexts("robots");
  const manages = useCan("robots.manage");
  const runs = useCan("robots.run");
  const turn = useTurn(robot.robot_id, () => say(t("changed")));
  const busy = robot.last_run !== null && !isOver(robot.last_run.state);
  return (
    <>
      {manages ? (
        <>
          <Button onClick={() => onAsk("edit")}>{t("edit")}</Button>
          {robot.mine ? null : <Button onClick={() => onAsk("take_over")}>{t("take_over")}</Button>}
          {robot.state === "stopped" ? null : (
            <Button loading={turn.isPending} onClick={() => turn.mutate(robot.state !== "on")}>
              {robot.state === "on" ? t("pause") : t("turn_on")}
            </Button>
          )}
          <Button danger disabled={busy} onClick={() => onAsk("remove")}>
            {t("remove")}
          </Button>
        </>
      ) : null}
      {runs ? (
        <Button type="primary" disabled={robot.state !== "on" || busy} onClick={() => onAsk("start")}>
          {t("start")}
        </Button>
      ) : null}
    </>
  );
}

interface AskingProps {
  readonly robot: Robot;
  readonly asked: Asked;
  readonly onClose: () => void;
  readonly onRun: (run_id: number) => void;
}

function Asking({ robot, asked, onClose, onRun }: AskingProps) {
  const t = useTexts("robots");
  const navigate = useNavigate();
  const forgotten = (secrets: boolean) => say(secrets ? t("secrets_forgotten") : t("changed"));
  const take = useTakeOver(robot.robot_id, (secrets) => {
    onClose();
    forgotten(secrets);
  });
  const remove = useRemove(robot.robot_id, () => void navigate("/robots"));
  if (asked === "edit")
    return (
      <RobotForm
        robot={robot}
        onClose={onClose}
        onSaved={({ secrets_forgotten }) => {
          onClose();
          forgotten(secrets_forgotten);
        }}
      />
    );
  if (asked === "start")
    return (
      <StartDialog
        robot={robot}
        onClose={onClose}
        onStarted={(run_id) => {
          onClose();
          onRun(run_id);
        }}
      />
    );
  if (asked === "take_over" || asked === "remove") {
    const doing = asked === "remove" ? remove : take;
    return (
      <FormDialog
        title={t(`${asked}_title`, { name: robot.name })}
        act={t(asked)}
        danger={asked === "remove"}
        ready
        busy={doing.isPending}
        onClose={onClose}
        onAct={() => doing.mutate(undefined)}
      >
        <p>{t(`${asked}_text`)}</p>
      </FormDialog>
    );
  }
  return null;
}

function Facts({ robot }: { robot: Robot }) {
  const t = useTexts("robots");
  return (
    <Card className="ht-span-8" title={pick(robot.flow_zh, robot.flow_en)}>
      <p>{pick(robot.sentence_zh, robot.sentence_en)}</p>
      <dl className="rb-facts">
        <Fact label={t("column.owner")}>{robot.owner ?? t("nobody")}</Fact>
        <Fact label={t("fact.goes_to")}>
          <span className="ht-code rb-wrap">{robot.origins.join(" ")}</span>
        </Fact>
        <Fact label={t("fact.daily_at")}>{robot.daily_at ?? t("on_demand")}</Fact>
        <Fact label={t("column.next")}>
          <Instant at={robot.next_at} />
        </Fact>
        <Fact label={t("fact.inputs")}>
          <span className="rb-wrap">
            {Object.entries(robot.inputs)
              .filter(([, value]) => !robot.origins.includes(value))
              .map(([name, value]) => `${name} = ${value}`)
              .join(" · ") || "—"}
          </span>
        </Fact>
        <Fact label={t("fact.patience")}>{t("seconds", { n: robot.patience_seconds })}</Fact>
      </dl>
    </Card>
  );
}

function outcomeText(run: Run, t: Translate): string {
  if (run.failure_zh !== null) return pick(run.failure_zh, run.failure_en ?? "");
  return outputsOf(run)
    .map(([name, value]) => `${outputName(name, t)} ${value}`)
    .join(" · ");
}

interface RunsProps {
  readonly robot_id: number;
  readonly shown: string | null;
  readonly onShow: (run_id: number) => void;
}

/** The film of the chosen run, or of the newest, and the list to choose from. */
function Runs({ robot_id, shown, onShow }: RunsProps) {
  const t = useTexts("robots");
  const query = useRuns(robot_id);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const chosen = shown === null ? rows[0]?.run_id : Number(shown);
  return (
    <>
      {chosen === undefined ? null : <RunFilm key={chosen} run_id={chosen} />}
      <Card flush title={t("runs")}>
        <Loaded
          query={{ data: query.data, error: query.error, refetch: query.refetch as never }}
          skeleton={<SkeletonTable columns={4} />}
        >
          {() => (
            <DataTable
              label={t("runs")}
              rows={rows}
              rowKey={(row) => row.run_id}
              onRow={(row) => onShow(row.run_id)}
              more={
                query.hasNextPage
                  ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage }
                  : undefined
              }
              empty={<EmptyState small title={t("no_runs")} text={t("no_runs_text")} />}
              columns={[
                {
                  key: "run",
                  title: t("column.run"),
                  render: (row) => (
                    <Button
                      type="link"
                      size="small"
                      className="rb-run"
                      aria-current={row.run_id === chosen ? "true" : undefined}
                      onClick={() => onShow(row.run_id)}
                    >
                      #{row.run_id}
                    </Button>
                  ),
                },
                {
                  key: "state",
                  title: t("column.state"),
                  render: (row) => <RunStateDot state={row.state} failed={row.items_failed} />,
                },
                { key: "when", title: t("column.when"), render: (row) => <RelativeTime at={row.asked_at} /> },
                {
                  key: "by",
                  title: t("column.by"),
                  hide: "tablet",
                  render: (row) => t(row.by_itself ? "by_itself" : "by_person"),
                },
                {
                  key: "what",
                  title: t("column.what"),
                  wrap: true,
                  hide: "phone",
                  render: (row) => outcomeText(row, t),
                },
              ]}
            />
          )}
        </Loaded>
      </Card>
    </>
  );
}
