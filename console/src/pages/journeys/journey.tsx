import Button from "antd/es/button";
import { useState } from "react";
import { useParams, useSearchParams } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Chip, Choices, StatusDot } from "../../parts/chips.tsx";
import { Count, Fact, Ratio } from "../../parts/figures.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { Loaded, SkeletonText } from "../../parts/states.tsx";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { type Journey, type Place, useJourney, useJourneyAct } from "./journeys-data.ts";
import { STATE_TONES } from "./journeys.tsx";
import { inOrder, JourneyNodes } from "./nodes.tsx";
import { RunsDialog } from "./runs-dialog.tsx";
import "./journeys.css";
import "./texts.ts";

/** One journey: how it stands, what its nodes do, who stands where. */
export function JourneyPage() {
  const t = useTexts("journeys");
  const { journey = "" } = useParams();
  const [search, setSearch] = useSearchParams();
  const version = search.get("version");
  const query = useJourney(journey, version === null ? undefined : Number(version));
  const { data } = query;
  const definition = data?.versions.find((one) => one.version === data.shown)?.definition;
  const [place, setPlace] = useState<Place>();
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
        actions={data === undefined ? undefined : <Acts data={data} t={t} />}
      />
      <Loaded query={query} skeleton={<SkeletonText lines={8} />}>
        {(found) => (
          <>
            <Standing data={found} t={t} />
            <Card
              title={t("nodes")}
              note={t("nodes_note")}
              extra={
                found.versions.length > 1 ? (
                  <Choices
                    label={t("version_label")}
                    value={String(found.shown)}
                    items={found.versions.map((one) => ({
                      key: String(one.version),
                      label:
                        one.published_at === null
                          ? t("draft_of", { n: one.version })
                          : t("version", { n: one.version }),
                    }))}
                    onChange={(next) => setSearch({ version: next }, { replace: true })}
                  />
                ) : null
              }
            >
              <Problems data={found} t={t} />
              {definition === undefined ? null : (
                <JourneyNodes data={found} order={inOrder(definition, found.nodes)} onPlace={setPlace} t={t} />
              )}
            </Card>
          </>
        )}
      </Loaded>
      {place === undefined ? null : <RunsDialog journey={journey} place={place} onClose={() => setPlace(undefined)} />}
    </div>
  );
}

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
    </Card>
  );
}

function Problems({ data, t }: { data: Journey; t: Translate }) {
  if (data.problems.length === 0) return null;
  return (
    <div className="jo-problems" role="alert">
      <p>{t("problems", { n: data.problems.length })}</p>
      <ul>
        {data.problems.map((one) => (
          <li key={`${one.path} ${one.code} ${one.en}`}>
            <Chip tone="bad">{one.path.replace("/nodes/", "")}</Chip> {pick(one.zh, one.en)}
          </li>
        ))}
      </ul>
    </div>
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
    </FormDialog>
  );
}
