import Button from "antd/es/button";
import { type ReactNode, useState } from "react";
import { useParams, useSearchParams } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Choices, StatusDot } from "../../parts/chips.tsx";
import { Count, Fact, Ratio } from "../../parts/figures.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { Loaded, SkeletonText } from "../../parts/states.tsx";
import { formatInstant } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import type { DryRun } from "./dry-run-data.ts";
import { DryBefore, DryLegend, useDry } from "./dry-run-panel.tsx";
import { JourneyEditor } from "./editor.tsx";
import { JourneyPicture } from "./journey-picture.tsx";
import { type Journey, type JourneyDefinition, type Place, useJourney, useJourneyAct } from "./journeys-data.ts";
import { STATE_TONES } from "./journeys.tsx";
import { inOrder, JourneyNodes } from "./nodes.tsx";
import { Problems } from "./problems.tsx";
import { RunsDialog } from "./runs-dialog.tsx";
import { NextMoments } from "./schedule-form.tsx";
import "./journeys.css";
import "./texts.ts";

/** One journey: how it stands, its nodes as a picture or a list, who stands where; `?edit=1` draws its draft. */
export function JourneyPage() {
  const t = useTexts("journeys");
  const { journey = "" } = useParams();
  const [search, setSearch] = useSearchParams();
  const version = search.get("version");
  const may = useCan("journeys.manage");
  const editing = search.get("edit") === "1" && may;
  const query = useJourney(journey, version === null || editing ? undefined : Number(version));
  const { data } = query;
  const definition = data?.versions.find((one) => one.version === data.shown)?.definition;
  const edit = (on: boolean) => setSearch(on ? { edit: "1" } : {}, { replace: !on });
  return (
    <div className="ht-page">
      <PageHeader
        title={definition === undefined ? journey : pick(definition.zh, definition.en)}
        note={data === undefined ? undefined : pick(data.entry.zh, data.entry.en)}
        back={{ to: "/journeys", label: t("title") }}
        tags={
          data === undefined ? undefined : (
            <StatusDot tone={STATE_TONES[data.state]}>{t(`state.${data.state}`)}</StatusDot>
          )
        }
        actions={
          data === undefined || editing ? undefined : (
            <>
              {may && data.state !== "ended" ? <Button onClick={() => edit(true)}>{t("act.edit")}</Button> : null}
              <Acts data={data} t={t} />
            </>
          )
        }
      />
      <Loaded query={query} skeleton={<SkeletonText lines={8} />}>
        {(found) =>
          definition === undefined ? null : editing ? (
            <JourneyEditor key={journey} data={found} definition={definition} onDone={() => edit(false)} t={t} />
          ) : (
            <Shown data={found} definition={definition} t={t} />
          )
        }
      </Loaded>
    </div>
  );
}

interface ShownProps {
  readonly data: Journey;
  readonly definition: JourneyDefinition;
  readonly t: Translate;
}

/** Too narrow for a picture whose words can be read. */
const narrow = matchMedia("(max-width: 719px)");

function Shown({ data, definition, t }: ShownProps) {
  const dry = useDry(data.journey, definition.entry?.kind, data.problems.length === 0, t);
  // nobody walks a draft: its numbers are those of the dry run
  const drafted = data.versions.some((one) => one.version === data.shown && one.published_at === null);
  const [search, setSearch] = useSearchParams();
  const [place, setPlace] = useState<Place>();
  const listed = narrow.matches || search.get("view") === "list";
  const put = (name: string, value: string | undefined) =>
    setSearch(
      (old) => {
        const next = new URLSearchParams(old);
        if (value === undefined) next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  return (
    <>
      <Standing data={data} t={t} />
      {dry.panel}
      <Card
        title={t("nodes")}
        note={t("nodes_note")}
        extra={
          <Looks data={data} listed={listed} put={put}>
            {data.state === "ended" ? null : dry.button}
          </Looks>
        }
      >
        <Problems problems={data.problems} t={t} />
        {drafted ? <DryLegend dry={dry} t={t} /> : null}
        {listed ? (
          <JourneyNodes
            data={drafted ? numbered(data, dry.result) : data}
            order={inOrder(definition, data.nodes)}
            onPlace={
              drafted ? ({ node, way }) => dry.onPlace({ node, ...(way === undefined ? {} : { way }) }) : setPlace
            }
            t={t}
          />
        ) : (
          <JourneyPicture
            data={data}
            definition={definition}
            onPlace={setPlace}
            dry={drafted ? dry : undefined}
            t={t}
          />
        )}
      </Card>
      {place === undefined ? null : (
        <RunsDialog journey={data.journey} place={place} onClose={() => setPlace(undefined)} />
      )}
    </>
  );
}

interface LooksProps {
  readonly data: Journey;
  readonly listed: boolean;
  readonly put: (name: string, value: string | undefined) => void;
  readonly children: ReactNode;
}

/** Which version is looked at, and how. */
function Looks({ data, listed, put, children }: LooksProps) {
  const t = useTexts("journeys");
  return (
    <div className="ht-row">
      {children}
      {data.versions.length > 1 ? (
        <Choices
          label={t("version_label")}
          value={String(data.shown)}
          items={data.versions.map((one) => ({
            key: String(one.version),
            label: one.published_at === null ? t("draft_of", { n: one.version }) : t("version", { n: one.version }),
          }))}
          onChange={(next) => put("version", next)}
        />
      ) : null}
      {narrow.matches ? null : (
        <Choices
          label={t("view_label")}
          value={listed ? "list" : "picture"}
          items={["picture", "list"].map((key) => ({ key, label: t(`view.${key}`) }))}
          onChange={(next) => put("view", next === "list" ? next : undefined)}
        />
      )}
    </div>
  );
}

/** With the numbers of a dry run in the place of its own. */
const numbered = (data: Journey, result: DryRun | undefined): Journey =>
  result === undefined ? data : { ...data, waiting: result.waiting, passed: result.passed };

const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);

function Standing({ data, t }: { data: Journey; t: Translate }) {
  return (
    <Card>
      <dl className="jo-facts">
        <Fact label={t("column.entered")}>
          <Count value={data.entered} unit={t("people")} />
        </Fact>
        <Fact label={t("column.under_way")}>
          <Count value={data.under_way} unit={t("people")} />
        </Fact>
        <Fact label={t("column.finished")}>
          <Count value={data.finished} unit={t("people")} />
        </Fact>
        <Fact label={t("column.goal")}>
          <Ratio value={share(data.goal, data.entered)} />
        </Fact>
        <Fact label={t("column.held_out")}>
          <Count value={data.held_out} unit={t("people")} />
        </Fact>
        <Fact label={t("column.held_out_goal")}>
          <Ratio value={share(data.held_out_goal, data.held_out)} />
        </Fact>
        <Fact label={t("column.troubled")}>
          <Count value={data.troubled} unit={t("people")} />
        </Fact>
      </dl>
      {data.state === "live" ? <NextMoments coming={data.entry} t={t} /> : null}
      {data.moments.length === 0 ? null : (
        <ul className="jo-moments">
          {data.moments.map((one) => (
            <li key={one.at}>
              {formatInstant(one.at)} · {t(one.done ? "moment" : "moment_open", { met: one.met, entered: one.entered })}
              {one.reason_zh === null ? null : ` · ${pick(one.reason_zh, one.reason_en ?? "")}`}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

type Asked = "publish" | "live" | "paused" | "ended";

function Acts({ data, t }: { data: Journey; t: Translate }) {
  const may = useCan("journeys.publish");
  const [asked, setAsked] = useState<Asked>();
  if (!may) return null;
  const draft = data.versions.some((one) => one.published_at === null);
  const open = data.state === "live" || data.state === "paused";
  return (
    <>
      {open ? (
        <>
          <Button onClick={() => setAsked(data.state === "live" ? "paused" : "live")}>
            {t(data.state === "live" ? "act.paused" : "act.live")}
          </Button>
          <Button danger onClick={() => setAsked("ended")}>
            {t("act.ended")}
          </Button>
        </>
      ) : null}
      {draft ? (
        <Button type="primary" disabled={data.problems.length > 0} onClick={() => setAsked("publish")}>
          {t("act.publish")}
        </Button>
      ) : null}
      {asked === undefined ? null : <SureDialog data={data} asked={asked} onClose={() => setAsked(undefined)} t={t} />}
    </>
  );
}

function SureDialog({ data, asked, onClose, t }: { data: Journey; asked: Asked; onClose: () => void; t: Translate }) {
  const { journey } = data;
  const act = useJourneyAct<unknown>(
    () =>
      asked === "publish"
        ? api.post(`/api/journeys/${journey}/publish`, {})
        : api.put(`/api/journeys/${journey}/state`, { state: asked }),
    t(`done.${asked}`),
    onClose,
  );
  return (
    <FormDialog
      title={t(`act.${asked}`)}
      act={t(`act.${asked}`)}
      danger={asked === "ended"}
      ready
      busy={act.isPending}
      error={act.error}
      onClose={onClose}
      onAct={() => act.mutate()}
    >
      <p>{t(`sure.${asked}`, { n: data.under_way })}</p>
      {asked === "publish" ? <DryBefore journey={journey} t={t} /> : null}
    </FormDialog>
  );
}
