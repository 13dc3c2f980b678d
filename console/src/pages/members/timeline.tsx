import Button from "antd/es/button";
import { useEffect, useRef } from "react";
import { Chip } from "../../parts/chips.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, ErrorState, SkeletonBlock } from "../../parts/states.tsx";
import { businessDay } from "../../texts/business-time.ts";
import { formatDay, formatInstant, formatMoney } from "../../texts/format.ts";
import { type Translate, useLanguage, useTexts } from "../../texts/texts.ts";
import type { Live } from "./live.ts";
import { type TimelineItem, useTimeline } from "./member-data.ts";
import {
  folded,
  groupByDay,
  KIND_GROUP_KEYS,
  type KindGroup,
  kindsOf,
  timelineSentence,
  toneOf,
} from "./timeline-sentence.ts";
import "./timeline.css";
import { worldNow } from "../../texts/world-time.ts";

interface TimelineProps {
  readonly memberId: string;
  /** Groups of kinds shown, comma-separated as in the address; empty for all. */
  readonly groups: string;
  readonly onGroups: (groups: string) => void;
  readonly live: Live;
}

/** Everything of one member in one order of time, newest first, by day; more comes as the end is neared. */
export function Timeline({ memberId, groups, onGroups, live }: TimelineProps) {
  const t = useTexts("members");
  const query = useTimeline(memberId, kindsOf(groups));
  return (
    <Card title={t("timeline.title")} extra={<LiveDot live={live} t={t} />} className="tl-card" flush>
      <KindFilter groups={groups} onGroups={onGroups} t={t} />
      {query.data === undefined && query.error ? (
        <ErrorState small error={query.error} retry={() => void query.refetch()} />
      ) : (
        <Days query={query} filtered={groups !== ""} live={live} t={t} />
      )}
    </Card>
  );
}

function LiveDot({ live, t }: { live: Live; t: Translate }) {
  return (
    <span className={`tl-live${live.connected ? "" : " tl-live-off"}`} role="status">
      <span aria-hidden="true" />
      {live.connected ? t("one.live") : t("one.live_off")}
    </span>
  );
}

function KindFilter({ groups, onGroups, t }: Pick<TimelineProps, "groups" | "onGroups"> & { t: Translate }) {
  const chosen = groups.split(",").filter(Boolean);
  const toggle = (group: KindGroup) => {
    const next = chosen.includes(group) ? chosen.filter((one) => one !== group) : [...chosen, group];
    onGroups(next.length === KIND_GROUP_KEYS.length ? "" : next.join(","));
  };
  return (
    <div className="tl-filter" role="group" aria-label={t("timeline.filter")}>
      <button type="button" aria-pressed={chosen.length === 0} onClick={() => onGroups("")}>
        {t("timeline.all")}
      </button>
      {KIND_GROUP_KEYS.map((group) => (
        <button key={group} type="button" aria-pressed={chosen.includes(group)} onClick={() => toggle(group)}>
          {t(`timeline.group.${group}`)}
        </button>
      ))}
    </div>
  );
}

interface DaysProps {
  readonly query: ReturnType<typeof useTimeline>;
  readonly filtered: boolean;
  readonly live: Live;
  readonly t: Translate;
}

function Days({ query, filtered, live, t }: DaysProps) {
  const language = useLanguage();
  if (query.data === undefined) return <TimelineSkeleton label={t("timeline.title")} />;
  const items = query.data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    const state = filtered ? "none" : "empty";
    return <EmptyState small title={t(`timeline.${state}_title`)} text={t(`timeline.${state}_text`)} />;
  }
  return (
    <div className={query.isPlaceholderData ? "tl-days mb-stale" : "tl-days"}>
      {groupByDay(items, businessDay).map((group) => (
        <section
          key={group.day}
          className="tl-day"
          aria-label={formatDay(group.day)}
          style={{ containIntrinsicSize: `auto ${30 + group.items.length * 35}px` }}
        >
          <h3>{dayName(group.day, t)}</h3>
          <ol>
            {folded(group.items, language).map(({ item, times }) => (
              <Item
                key={item.id}
                item={item}
                times={times}
                fresh={live.fresh.has(String(item.id))}
                t={t}
                language={language}
              />
            ))}
          </ol>
        </section>
      ))}
      {query.hasNextPage ? (
        <Earlier load={() => void query.fetchNextPage()} loading={query.isFetchingNextPage} t={t} />
      ) : (
        <p className="tl-start ht-note">{t("timeline.start")}</p>
      )}
    </div>
  );
}

const DAY_MS = 86_400_000;

/** "今天 11月22日 周日", "昨天 …", then the date alone. */
function dayName(day: string, t: Translate): string {
  const now = worldNow();
  if (day === businessDay(new Date(now))) return `${t("timeline.today")} ${formatDay(day)}`;
  if (day === businessDay(new Date(now - DAY_MS))) return `${t("timeline.yesterday")} ${formatDay(day)}`;
  return formatDay(day);
}

interface ItemProps {
  readonly item: TimelineItem;
  readonly times: number;
  readonly fresh: boolean;
  readonly t: Translate;
  readonly language: "zh" | "en";
}

function Item({ item, times, fresh, t, language }: ItemProps) {
  const sign = item.kind === "return" && (item.amount_minor ?? 0) > 0 ? -1 : 1;
  return (
    <li className={fresh ? "tl-item tl-fresh" : "tl-item"}>
      <time dateTime={item.at} title={formatInstant(item.at, { seconds: true, day: true })}>
        {timeOf(item.at)}
      </time>
      <Chip tone={toneOf(item.kind)}>{t(`kind.${item.kind}`)}</Chip>
      <span className="tl-words">
        {timelineSentence(item, language)}
        {times > 1 ? <span className="tl-times">{t("timeline.times", { n: times })}</span> : null}
        {item.source === null ? null : <span className="tl-source">{item.source}</span>}
      </span>
      {item.amount_minor === null || item.amount_minor === undefined ? null : (
        <span className="tl-amount">{formatMoney(item.amount_minor * sign, item.currency ?? "CNY")}</span>
      )}
    </li>
  );
}

const timeOf = (at: string): string => formatInstant(at, { day: true }).split(" ").at(-1) ?? "";

/** Loads the next page when it comes into sight; the button serves the keyboard and a page without scrolling. */
function Earlier({ load, loading, t }: { load: () => void; loading: boolean; t: Translate }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const watch = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting) && !loading) load();
      },
      { rootMargin: "400px" },
    );
    if (place.current) watch.observe(place.current);
    return () => watch.disconnect();
  }, [load, loading]);
  return (
    <div ref={place} className="tl-more">
      <Button loading={loading} onClick={load}>
        {t("timeline.more")}
      </Button>
    </div>
  );
}

function TimelineSkeleton({ label }: { label: string }) {
  return (
    <div className="tl-days" role="status" aria-busy="true" aria-label={label}>
      {Array.from({ length: 8 }, (_, row) => (
        <div key={row} className="tl-bone">
          <SkeletonBlock height={20} />
        </div>
      ))}
    </div>
  );
}
