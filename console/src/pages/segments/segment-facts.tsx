import { Link } from "react-router";
import { StatusDot, type Tone } from "../../parts/chips.tsx";
import { Count, RelativeTime } from "../../parts/figures.tsx";
import { useTexts } from "../../texts/texts.ts";
import { usersOf } from "./model/references.ts";
import { failureText, type Segment, type SegmentState, useSegments } from "./segment-data.ts";

const TONES: Readonly<Record<SegmentState, Tone>> = { live: "good", filling: "info", stuck: "warn", failed: "bad" };

/** Whether a membership follows its members, as a dot with its word and the reason on hover. */
export function StateDot({ segment }: { segment: Segment }) {
  const t = useTexts("segments");
  const why = segment.state === "failed" ? failureText(segment) : t(`state.${segment.state}_why`);
  return (
    <span title={why}>
      <StatusDot tone={TONES[segment.state]}>{t(`state.${segment.state}`)}</StatusDot>
    </span>
  );
}

/** What is known of a kept segment at a glance: how many, how fresh, since when, and who relies on it. */
export function SegmentFacts({ segment }: { segment: Segment }) {
  const t = useTexts("segments");
  const list = useSegments();
  const users = usersOf(segment.segment_id, list.data?.items ?? []);
  return (
    <div className="sf">
      <span className="sf-count">
        <Count value={segment.count} unit={t("facts.people")} to={`/segments/${segment.segment_id}?tab=members`} />
      </span>
      <StateDot segment={segment} />
      {segment.as_of == null ? null : (
        <span className="ht-note">
          {t("facts.as_of")} <RelativeTime at={segment.as_of} />
        </span>
      )}
      {segment.updated_at == null ? null : (
        <span className="ht-note">
          {segment.updated_by_name ? `${t("list.by", { name: segment.updated_by_name })} ` : ""}
          <RelativeTime at={segment.updated_at} /> {t("facts.changed")}
        </span>
      )}
      {users.length === 0 ? (
        <span className="ht-note">{t("facts.unused")}</span>
      ) : (
        <span className="ht-note sf-users">
          {t("facts.used_by")}
          {users.map((user) => (
            <Link key={user.segment_id} to={`/segments/${user.segment_id}`}>
              {user.name}
            </Link>
          ))}
        </span>
      )}
      {segment.state === "failed" ? <p className="sg-left-out sf-failed">{failureText(segment)}</p> : null}
    </div>
  );
}
