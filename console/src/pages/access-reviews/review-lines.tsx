import Button from "antd/es/button";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { Chip, StatusDot } from "../../parts/chips.tsx";
import { RelativeTime } from "../../parts/figures.tsx";
import { ReasonDialog } from "../../parts/reason-dialog.tsx";
import { sayError } from "../../parts/toast.tsx";
import { formatInstant, listText } from "../../texts/format.ts";
import { pick, useTexts } from "../../texts/texts.ts";
import { usePeople } from "../people/people-data.ts";
import { type Line, useJudge, type Verdict, VERDICTS } from "./review-data.ts";

const STORES_SHOWN = 3;

interface LinesProps {
  readonly reviewId: string;
  readonly lines: readonly Line[];
  readonly open: boolean;
}

/** The lines with their verdicts. Arrows move from line to line, 1 to 3 judge the one that has the focus. */
export function ReviewLines({ reviewId, lines, open }: LinesProps) {
  const t = useTexts("access-reviews");
  const list = useRef<HTMLUListElement>(null);
  const [asked, setAsked] = useState<{ line: Line; verdict: "change" | "remove" } | null>(null);
  const [next, setNext] = useState<number | null>(null);
  const focus = (line: number | undefined) =>
    list.current?.querySelector<HTMLButtonElement>(`[data-line="${line}"] button`)?.focus();
  // a judged line may leave the list: the focus goes to the one that stood below it
  useEffect(() => {
    if (next === null) return;
    list.current?.querySelector<HTMLButtonElement>(`[data-line="${next}"] button`)?.focus();
    setNext(null);
  }, [next]);
  const after = (line: number) => lines.find((one) => one.line > line && one.verdict === null && !one.own)?.line;
  const judge = useJudge(reviewId, (line) => {
    setAsked(null);
    setNext(after(line) ?? null);
  });
  const decide = (line: Line, verdict: Verdict) => {
    judge.reset();
    if (verdict !== "keep") return setAsked({ line, verdict });
    judge.mutate({ line: line.line, verdict }, { onError: (error) => sayError(error, t("shared:state.offline")) });
  };
  const press = (event: KeyboardEvent, line: Line, at: number) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const verdict = VERDICTS[Number(event.key) - 1];
    const mine = lines.filter(({ own }) => !own);
    const place = mine.indexOf(lines[at] as Line);
    if (verdict !== undefined) decide(line, verdict);
    else if (event.key === "ArrowDown") focus(mine[place + 1]?.line);
    else if (event.key === "ArrowUp") focus(mine[place - 1]?.line);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <ul className="ar-lines" ref={list}>
        {lines.map((line, at) => (
          <li key={line.line} className="ar-line" data-line={line.line}>
            <Facts line={line} />
            <Said
              line={line}
              open={open}
              busy={judge.isPending && judge.variables.line === line.line}
              onDecide={(verdict) => decide(line, verdict)}
              onKey={(event) => press(event, line, at)}
            />
          </li>
        ))}
      </ul>
      {asked === null ? null : (
        <ReasonDialog
          title={t(`ask.${asked.verdict}_title`, { name: asked.line.name })}
          text={t(`ask.${asked.verdict}_text`)}
          hint={t(`ask.${asked.verdict}_hint`)}
          act={t(`verdict.${asked.verdict}`)}
          danger={asked.verdict === "remove"}
          start={asked.line.reason ?? ""}
          busy={judge.isPending}
          error={judge.error}
          onClose={() => setAsked(null)}
          onAct={(reason) => judge.mutate({ line: asked.line.line, verdict: asked.verdict, reason })}
        />
      )}
    </>
  );
}

function Facts({ line }: { line: Line }) {
  const t = useTexts("access-reviews");
  const names = usePeople().data?.permission_names ?? {};
  const role = t(`shared:role.${line.role}`, { defaultValue: line.role });
  const stores = line.stores ?? [];
  const first = listText(stores.slice(0, STORES_SHOWN));
  return (
    <div className="ar-facts">
      <p className="ar-name">
        <strong>{line.name}</strong>{" "}
        <span>{line.client_id === null ? role : t("program_of", { owner: line.owner })}</span>
        <Flags line={line} />
      </p>
      <p className="ht-note">
        {line.stores === null
          ? t("all_stores")
          : stores.length > STORES_SHOWN
            ? t("stores_more", { stores: first, n: stores.length })
            : first}
        {" · "}
        {line.last_seen_at === null ? (
          t("never")
        ) : (
          <>
            {t("seen")} <RelativeTime at={line.last_seen_at} real />
          </>
        )}
        {line.permissions.length === 0
          ? null
          : ` · ${t("may")} ${listText(line.permissions.map((one) => pick(names[one]?.zh ?? one, names[one]?.en ?? one)))}`}
      </p>
    </div>
  );
}

function Flags({ line }: { line: Line }) {
  const t = useTexts("access-reviews");
  return (
    <>
      {line.idle ? <Chip tone="warn">{t("flag.idle")}</Chip> : null}
      {line.has_factor === false ? <Chip tone="warn">{t("flag.no_factor")}</Chip> : null}
      {line.changed ? <Chip tone="info">{t("flag.changed")}</Chip> : null}
      {line.disabled ? <Chip tone="bad">{t("flag.owner_gone")}</Chip> : null}
      {line.expires_at === null ? null : (
        <Chip>{t("flag.ends", { at: formatInstant(line.expires_at, { day: true }) })}</Chip>
      )}
    </>
  );
}

interface SaidProps {
  readonly line: Line;
  readonly open: boolean;
  readonly busy: boolean;
  readonly onDecide: (verdict: Verdict) => void;
  readonly onKey: (event: KeyboardEvent) => void;
}

function Said({ line, open, busy, onDecide, onKey }: SaidProps) {
  const t = useTexts("access-reviews");
  return (
    <div className="ar-said">
      {open && !line.own ? (
        <div className="ar-verdicts" role="group" aria-label={t("verdict_of", { name: line.name })}>
          {VERDICTS.map((verdict) => (
            <Button
              key={verdict}
              size="small"
              type={line.verdict === verdict ? "primary" : "default"}
              aria-pressed={line.verdict === verdict}
              disabled={busy}
              onClick={() => onDecide(verdict)}
              onKeyDown={onKey}
            >
              {t(`verdict.${verdict}`)}
            </Button>
          ))}
        </div>
      ) : line.verdict === null ? (
        <span className="ht-note">{t("own")}</span>
      ) : (
        <Chip tone={line.verdict === "keep" ? "good" : "warn"}>{t(`verdict.${line.verdict}`)}</Chip>
      )}
      {line.verdict === null ? null : (
        <p className="ht-note">
          {line.reason === null ? null : <q>{line.reason}</q>}
          {t("judged_by", { name: line.judge, at: formatInstant(line.judged_at ?? "", { day: true }) })}
        </p>
      )}
      {line.done === null ? null : <Done line={line} />}
    </div>
  );
}

/** Whether what was decided has been done, and where it is done. */
function Done({ line }: { line: Line }) {
  const t = useTexts("access-reviews");
  if (line.done) return <StatusDot tone="good">{t("done_yes")}</StatusDot>;
  const to =
    line.client_id === null ? `/trust/people?manage=${line.person_id}` : `/trust/clients?open=${line.client_id}`;
  return (
    <span className="ar-undone">
      <StatusDot tone="warn">{t("done_no")}</StatusDot>
      <Link to={to}>{t("done_act")}</Link>
    </span>
  );
}
