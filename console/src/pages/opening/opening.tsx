import Button from "antd/es/button";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { api } from "../../api/client.ts";
import { Chip } from "../../parts/chips.tsx";
import { Fact, Instant } from "../../parts/figures.tsx";
import { ReasonDialog } from "../../parts/reason-dialog.tsx";
import { JobProgress } from "../../parts/job-progress.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { ExceptionsCard } from "../grants/exceptions-card.tsx";
import { UndoDialog } from "../grants/undo-dialog.tsx";
import {
  type Exception,
  KINDS,
  kindOf,
  type Opening,
  type OpeningPage as Page,
  type RowException,
  useOpening,
  useOpeningAct,
} from "./opening-data.ts";
import { LeftCard } from "./left-card.tsx";
import { OPENING_TONES, stateOf } from "./openings.tsx";
import { ProblemsCard } from "./problems-card.tsx";
import { SignDialog } from "./sign-dialog.tsx";
import { TotalsCard } from "./totals-card.tsx";
import "./opening.css";
import "./texts.ts";

/** One file of an opening: what it comes to beside what the other system states, its signature, its giving, its undo. */
export function OpeningPage() {
  const t = useTexts("opening");
  const { kind: name, openingId = "" } = useParams();
  const kind = kindOf(name);
  const query = useOpening(kind, openingId);
  const first = query.data?.pages[0];
  const opening = first?.opening;
  return (
    <div className="ht-page">
      <PageHeader
        title={opening?.file_name ?? t(`kind.${kind}.title`)}
        note={opening === undefined ? undefined : t("one.note", { key: t(`member_key.${opening.reading.member_key}`) })}
        back={{ to: `/opening/${kind}`, label: t(`kind.${kind}.title`) }}
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
      {!given ? null : opening.kind === "points" ? (
        <ExceptionsCard exceptions={exceptions as readonly Exception[]} />
      ) : (
        <LeftCard rows={exceptions as readonly RowException[]} t={t} />
      )}
      {opening.totals === null ? null : (
        <ProblemsCard opening={opening} counts={problem_counts} pages={pages} query={query} t={t} />
      )}
    </>
  );
}

function Given({ opening, onOver, t }: { opening: Opening; onOver: () => void; t: Translate }) {
  const { kind, progress } = opening;
  const working = progress.state === "running" || progress.state === "undoing";
  return (
    <Card title={t(`given.${opening.state}`)}>
      <div className="ht-stack">
        {working && progress.job_id !== null ? (
          <JobProgress
            key={progress.state}
            jobId={progress.job_id}
            label={t(`state.${progress.state}`)}
            onOver={onOver}
          />
        ) : null}
        <dl className="ht-facts">
          <Fact label={t(`kind.${kind}.given`)}>{formatCount(progress.given)}</Fact>
          <Fact label={t("given.waiting")}>{formatCount(progress.waiting)}</Fact>
          <Fact label={t("given.refused")}>{formatCount(progress.refused)}</Fact>
          {opening.state === "undone" ? (
            <>
              <Fact label={t("given.undone_rows")}>{formatCount(progress.undone)}</Fact>
              <Fact label={t(`kind.${kind}.kept`)}>{formatCount(progress.kept)}</Fact>
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
  const { kind } = opening;
  const url = `${KINDS[kind].api}/${opening.opening_id}`;
  const check = useOpeningAct(() => api.post(`${url}/check`, {}), { done: null });
  const resume = useOpeningAct(() => api.post(`${url}/resume`, {}), { done: t("done.resumed") });
  const forget = useOpeningAct(() => api.delete(url), {
    done: t("done.forgotten"),
    onDone: () => void navigate(`/opening/${kind}`),
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
          disabled={state === "new" || opening.stated === null || opening.rows === opening.wrong}
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
      {open === "undo" && kind !== "points" ? (
        <TakeBackDialog opening={opening} url={url} onClose={close} t={t} />
      ) : null}
      {open === "undo" && kind === "points" ? (
        <UndoDialog path={`${url}/undo`} name={opening.file_name} keys={[["openings"]]} onClose={close} />
      ) : null}
    </>
  );
}

interface TakeBackProps {
  readonly opening: Opening;
  readonly url: string;
  readonly onClose: () => void;
  readonly t: Translate;
}

/** Takes rows back as a whole; what was since used or changed stays and is listed. */
function TakeBackDialog({ opening, url, onClose, t }: TakeBackProps) {
  const act = useOpeningAct((reason: string) => api.post(`${url}/undo`, { reason }), {
    done: t("done.undoing"),
    onDone: onClose,
  });
  return (
    <ReasonDialog
      title={t("undo.title", { name: opening.file_name })}
      text={t(`kind.${opening.kind}.undo`)}
      hint={t("undo.reason_hint")}
      act={t("act.undo")}
      danger
      busy={act.isPending}
      onClose={onClose}
      onAct={(reason) => act.mutate(reason)}
    />
  );
}
