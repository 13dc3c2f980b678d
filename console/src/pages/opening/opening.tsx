import Button from "antd/es/button";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { api } from "../../api/client.ts";
import { Chip } from "../../parts/chips.tsx";
import { Fact, Instant } from "../../parts/figures.tsx";
import { JobProgress } from "../../parts/job-progress.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { ExceptionsCard } from "../grants/exceptions-card.tsx";
import { UndoDialog } from "../grants/undo-dialog.tsx";
import { type Opening, type OpeningPage as Page, useOpening, useOpeningAct } from "./opening-data.ts";
import { OPENING_TONES, stateOf } from "./openings.tsx";
import { ProblemsCard } from "./problems-card.tsx";
import { SignDialog } from "./sign-dialog.tsx";
import { TotalsCard } from "./totals-card.tsx";
import "./opening.css";
import "./texts.ts";

/** One file of opening points: what it comes to beside what the other system states, its signature, its giving, its undo. */
export function OpeningPage() {
  const t = useTexts("opening");
  const { openingId = "" } = useParams();
  const query = useOpening(openingId);
  const first = query.data?.pages[0];
  const opening = first?.opening;
  return (
    <div className="ht-page">
      <PageHeader
        title={opening?.file_name ?? t("title")}
        note={opening === undefined ? undefined : t("one.note", { key: t(`member_key.${opening.reading.member_key}`) })}
        back={{ to: "/points/opening", label: t("title") }}
        tags={
          opening === undefined ? undefined : (
            <Chip tone={OPENING_TONES[stateOf(opening)] ?? "neutral"}>{t(`state.${stateOf(opening)}`)}</Chip>
          )
        }
        actions={opening === undefined ? undefined : <Acts opening={opening} t={t} />}
      />
      <Loaded query={query} skeleton={<SkeletonTable />}>
        {({ pages }) => <Body pages={pages} query={query} t={t} />}
      </Loaded>
    </div>
  );
}

type OpeningQuery = ReturnType<typeof useOpening>;

function Body({ pages, query, t }: { pages: readonly Page[]; query: OpeningQuery; t: Translate }) {
  const [page] = pages;
  if (page === undefined) return null;
  const { opening, problem_counts, exceptions } = page;
  const reload = () => void query.refetch();
  const given = opening.state === "posted" || opening.state === "undone";
  return (
    <>
      {opening.job_id !== null && !given && opening.totals === null ? (
        <Card>
          <JobProgress jobId={opening.job_id} label={t("one.checking")} onOver={reload} />
        </Card>
      ) : null}
      {given ? <Given opening={opening} onOver={reload} t={t} /> : null}
      {opening.totals === null ? null : <TotalsCard key={opening.checked_at} opening={opening} t={t} />}
      {given ? <ExceptionsCard exceptions={exceptions} /> : null}
      {opening.totals === null ? null : (
        <ProblemsCard opening={opening} counts={problem_counts} pages={pages} query={query} t={t} />
      )}
    </>
  );
}

function Given({ opening, onOver, t }: { opening: Opening; onOver: () => void; t: Translate }) {
  const { bulk } = opening;
  const working = bulk.state === "running" || bulk.state === "undoing";
  return (
    <Card title={t(`given.${opening.state}`)}>
      <div className="ht-stack">
        {working && bulk.job_id !== null ? (
          <JobProgress key={bulk.state} jobId={bulk.job_id} label={t(`state.${bulk.state}`)} onOver={onOver} />
        ) : null}
        <dl className="ht-facts">
          <Fact label={t("given.lots")}>{formatCount(bulk.given)}</Fact>
          <Fact label={t("given.waiting")}>{formatCount(bulk.waiting)}</Fact>
          <Fact label={t("given.refused")}>{formatCount(bulk.refused)}</Fact>
          {opening.state === "undone" ? (
            <>
              <Fact label={t("given.taken")}>{formatCount(bulk.taken)}</Fact>
              <Fact label={t("given.spent")}>{formatCount(bulk.spent)}</Fact>
            </>
          ) : null}
          {opening.signed_at === null ? null : (
            <Fact label={t("given.signed_at")}>
              <Instant at={opening.signed_at} />
            </Fact>
          )}
        </dl>
      </div>
    </Card>
  );
}

function Acts({ opening, t }: { opening: Opening; t: Translate }) {
  const navigate = useNavigate();
  const [open, setOpen] = useState<"sign" | "undo" | null>(null);
  const close = () => setOpen(null);
  const url = `/api/points/openings/${opening.opening_id}`;
  const check = useOpeningAct(() => api.post(`${url}/check`, {}), { done: null });
  const resume = useOpeningAct(() => api.post(`${url}/resume`, {}), { done: t("done.resumed") });
  const forget = useOpeningAct(() => api.delete(url), {
    done: t("done.forgotten"),
    onDone: () => void navigate("/points/opening"),
  });
  const state = stateOf(opening);
  if (state === "new" || state === "checked")
    return (
      <>
        <Button loading={forget.isPending} onClick={() => forget.mutate(undefined)}>
          {t("act.forget")}
        </Button>
        <Button loading={check.isPending} onClick={() => check.mutate(undefined)}>
          {t("act.check")}
        </Button>
        <Button
          type="primary"
          disabled={state === "new" || opening.stated === null || opening.totals?.lots === 0}
          title={opening.stated === null ? t("act.sign_later") : undefined}
          onClick={() => setOpen("sign")}
        >
          {t("act.sign")}
        </Button>
        {open === "sign" ? <SignDialog opening={opening} onClose={close} /> : null}
      </>
    );
  return (
    <>
      {state === "cancelled" && opening.state === "posted" ? (
        <Button loading={resume.isPending} onClick={() => resume.mutate(undefined)}>
          {t("act.resume")}
        </Button>
      ) : null}
      {state === "done" || state === "cancelled" ? (
        <Button danger onClick={() => setOpen("undo")}>
          {t("act.undo")}
        </Button>
      ) : null}
      {open === "undo" ? (
        <UndoDialog path={`${url}/undo`} name={opening.file_name} keys={[["openings"]]} onClose={close} />
      ) : null}
    </>
  );
}
