import Button from "antd/es/button";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { useCan } from "../../api/session.ts";
import { CopyText } from "../../parts/copy-text.tsx";
import { Instant } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { ErrorState, SkeletonBlock } from "../../parts/states.tsx";
import { formatDay, formatInstant, listText } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { Clock } from "./clock.tsx";
import { AnswerDialog, IdentityDialog, RefuseDialog, UndoDialog } from "./request-dialogs.tsx";
import { type Correction, type OneRequest, useAct, useRequest } from "./privacy-data.ts";
import { StateChip } from "./state-chip.tsx";
import "./privacy.css";
import "./texts.ts";

/** One request: who, what, by when, what was done, and what can be done now. */
export function PrivacyRequestPage() {
  const { requestId = "" } = useParams();
  const t = useTexts("privacy");
  const query = useRequest(requestId);
  if (query.data === undefined && query.error)
    return <ErrorState error={query.error} retry={() => void query.refetch()} />;
  const { data } = query;
  return (
    <div className="ht-page">
      <PageHeader
        back={{ to: "/trust/privacy", label: t("title") }}
        title={
          data === undefined ? t("request") : t("request_title", { kind: t(`kind.${data.kind}`), n: data.request_id })
        }
        tags={data === undefined ? undefined : <StateChip state={data.state} />}
        actions={data === undefined ? undefined : <Acts request={data} />}
      />
      {data === undefined ? <SkeletonBlock height={320} /> : <Body request={data} />}
    </div>
  );
}

function Body({ request }: { request: OneRequest }) {
  const t = useTexts("privacy");
  return (
    <div className="tp-columns">
      <Card title={t("facts")}>
        <dl className="tp-facts">
          {facts(request, t).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </Card>
      <Card title={t("steps")}>
        <ol className="tp-steps">
          {request.steps.map((step) => (
            <li key={`${step.at} ${step.step}`}>
              <strong>{t(`step.${step.step}`, { defaultValue: step.step })}</strong>
              <Instant at={step.at} />
              <small className="ht-note">{detailText(step.detail, t)}</small>
            </li>
          ))}
        </ol>
      </Card>
    </div>
  );
}

function facts(request: OneRequest, t: Translate): [string, React.ReactNode][] {
  const { wish } = request;
  const rows: [string, React.ReactNode][] = [
    [t("column.member"), <Member key="member" request={request} />],
    [t("column.due"), <Clock key="clock" request={request} />],
    [t("column.received"), <Instant key="received" at={request.received_at} />],
    [t("column.via"), t(`via.${request.via}`)],
    [t("identity"), identityText(request, t)],
  ];
  if (wish.field !== undefined) rows.push([t("wish.field"), t(`field.${wish.field}`, { defaultValue: wish.field })]);
  if (request.value !== null) rows.push([t("wish.value"), request.value]);
  if (wish.consents !== undefined) {
    const texts = wish.consents.map(
      ({ purpose, medium }) =>
        `${t(`shared:purpose.${purpose}`, { defaultValue: purpose })} · ${t(`medium.${medium}`, { defaultValue: medium })}`,
    );
    rows.push([t("wish.consents"), listText(texts)]);
  }
  if (request.correction !== null) rows.push(...correctionFacts(request.correction, t));
  if (request.refusal_ground !== null) {
    rows.push([t("refusal.ground"), t(`ground.${request.refusal_ground}`)]);
    rows.push([t("refusal.reason"), request.refusal_reason]);
  }
  if (request.answer !== null) rows.push([t("answer"), request.answer]);
  if (request.outcome !== null) rows.push([t("outcome"), detailText(request.outcome, t)]);
  return rows;
}

function correctionFacts(correction: Correction, t: Translate): [string, React.ReactNode][] {
  const { before, keep_until, undo_until, undone_at, undone_reason } = correction;
  const rows: [string, React.ReactNode][] = [
    [t("correction.before"), before ?? t("correction.nothing")],
    [t("correction.evidence"), t("correction.kept_until", { day: formatDay(keep_until, true) })],
  ];
  if (undone_at === null)
    rows.push([t("correction.undo"), t("correction.undo_until", { at: formatInstant(undo_until) })]);
  else rows.push([t("correction.undone"), <Undone key="undone" at={undone_at} reason={undone_reason ?? ""} />]);
  return rows;
}

function Undone({ at, reason }: { at: string; reason: string }) {
  return (
    <>
      <Instant at={at} /> · {reason}
    </>
  );
}

function Member({ request }: { request: OneRequest }) {
  const t = useTexts("privacy");
  if (request.name_masked === null) return <>{t("gone_number", { n: request.member_id })}</>;
  return (
    <Link to={`/members/${request.member_id}`}>
      {request.name_masked} {request.phone_masked}
    </Link>
  );
}

function identityText(request: OneRequest, t: Translate): string {
  if (request.verified_how === null) return t("identity_open");
  const details = request.verified_details.map((one) => t(`detail.${one}`, { defaultValue: one }));
  return [t(`how.${request.verified_how}`), ...(details.length === 0 ? [] : [listText(details)])].join(" · ");
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

/** Codes in words, by what they stand for; numbers and times as they are. */
function detailText(detail: Readonly<Record<string, unknown>>, t: Translate): string {
  const word = (name: string, value: unknown): string => {
    if (Array.isArray(value)) return listText(value.map((one) => word(name, one)));
    if (typeof value === "boolean") return t(value ? "yes" : "no");
    if (typeof value === "object" && value !== null) return detailText(value as Record<string, unknown>, t);
    const group = {
      via: "via",
      how: "how",
      details: "detail",
      wrong: "detail",
      kinds: "retained",
      medium: "medium",
      corrected: "field",
      undone: "field",
    }[name];
    const text = INSTANT.test(String(value)) ? formatInstant(String(value)) : String(value);
    return group === undefined ? text : t(`${group}.${text}`, { defaultValue: text });
  };
  return Object.entries(detail)
    .map(([name, value]) => `${t(`part.${name}`, { defaultValue: name })} ${word(name, value)}`)
    .join(" · ");
}

function Acts({ request }: { request: OneRequest }) {
  const t = useTexts("privacy");
  const mayFile = useCan("privacy.file");
  const mayHandle = useCan("privacy.handle");
  const [open, setOpen] = useState<"identity" | "refuse" | "answer" | "undo" | undefined>();
  const [link, setLink] = useState<{ address: string; until: string } | undefined>();
  const act = useAct(request.request_id);
  const close = () => setOpen(undefined);
  const { state, kind } = request;
  const waiting = state === "received" || state === "verified";
  const handle = () => (kind === "explain" ? setOpen("answer") : act.mutate({ act: "handle" }));
  const askLink = () =>
    act.mutate(
      { act: "link" },
      {
        onSuccess: ({ address = "", expires_at = "" }) => setLink({ address, until: expires_at }),
      },
    );
  return (
    <>
      {state === "received" && mayFile ? (
        <Button type="primary" onClick={() => setOpen("identity")}>
          {t("act.identity")}
        </Button>
      ) : null}
      {state === "verified" && mayHandle ? (
        <Button type="primary" danger={kind === "delete"} loading={act.isPending} onClick={handle}>
          {t(`act.handle_${kind}`)}
        </Button>
      ) : null}
      {waiting && mayHandle ? <Button onClick={() => setOpen("refuse")}>{t("act.refuse")}</Button> : null}
      {waiting && mayHandle ? (
        <Button loading={act.isPending} onClick={() => act.mutate({ act: "cancel" })}>
          {t("act.cancel")}
        </Button>
      ) : null}
      {state === "done" && (kind === "copy" || kind === "access") && mayHandle ? (
        <Button loading={act.isPending} onClick={askLink}>
          {t("act.link")}
        </Button>
      ) : null}
      {request.has_proof ? (
        <a className="ht-button" download href={`/api/privacy/requests/${request.request_id}/proof`}>
          {t("act.proof")}
        </a>
      ) : null}
      {request.correction?.may_undo === true && mayHandle ? (
        <Button danger onClick={() => setOpen("undo")}>
          {t("act.undo")}
        </Button>
      ) : null}
      {link === undefined ? null : (
        <div className="tp-link">
          <CopyText text={link.address} label={t("link_once")} />
          <p className="ht-note">{t("link_note", { at: formatInstant(link.until) })}</p>
        </div>
      )}
      {open === "identity" ? <IdentityDialog request={request} onClose={close} /> : null}
      {open === "refuse" ? <RefuseDialog request={request} onClose={close} /> : null}
      {open === "answer" ? <AnswerDialog request={request} onClose={close} /> : null}
      {open === "undo" ? <UndoDialog request={request} onClose={close} /> : null}
    </>
  );
}
