import Button from "antd/es/button";
import { lazy, Suspense, useState } from "react";
import { Link } from "react-router";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { Card } from "../../parts/page-header.tsx";
import { useTexts } from "../../texts/texts.ts";
import type { Member } from "../members/member-data.ts";
import { Clock } from "./clock.tsx";
import { useMemberRequests } from "./privacy-data.ts";
import { StateChip } from "./state-chip.tsx";
import "./privacy.css";
import "./texts.ts";

const FileDialog = lazy(async () => ({ default: (await import("./file-dialog.tsx")).FileDialog }));
const SHOWN = 4;

/** What the member asked about their own data, whether they refuse to be judged, and a way to file a request for them. */
export function RightsPanel({ member, memberId }: { member: Member; memberId: string }) {
  const t = useTexts("privacy");
  const mayFile = useCan("privacy.file");
  const mayRead = useCan("privacy.read");
  const [filing, setFiling] = useState(false);
  const requests = useMemberRequests(memberId, mayRead);
  if (!mayFile && !mayRead) return null;
  const refused = member.facts.some(
    (fact) => fact.field === "profiling_refused" && String(fact.value_masked) === "true",
  );
  const items = requests.data?.items ?? [];
  return (
    <Card
      title={t("panel.title")}
      extra={mayFile ? <Button onClick={() => setFiling(true)}>{t("panel.file")}</Button> : undefined}
    >
      <p className="tp-profiling">
        <Chip tone={refused ? "warn" : "neutral"}>{t(refused ? "panel.refused" : "panel.willing")}</Chip>{" "}
        <span className="ht-note">{t(refused ? "panel.refused_text" : "panel.willing_text")}</span>
      </p>
      {mayRead && requests.data !== undefined && items.length === 0 ? (
        <p className="ht-note">{t("panel.none")}</p>
      ) : null}
      <ul className="tp-requests">
        {items.slice(0, SHOWN).map((request) => (
          <li key={request.request_id}>
            <Link to={`/trust/privacy/requests/${request.request_id}`}>{t(`kind.${request.kind}`)}</Link>
            <StateChip state={request.state} />
            {request.closed_at === null ? <Clock request={request} /> : null}
          </li>
        ))}
      </ul>
      {filing ? (
        <Suspense>
          <FileDialog member={member} onClose={() => setFiling(false)} />
        </Suspense>
      ) : null}
    </Card>
  );
}
