import Button from "antd/es/button";
import { Link } from "react-router";
import { Choices } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count, Instant, Money } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, ErrorState, Loaded, SkeletonBlock, SkeletonTable } from "../../parts/states.tsx";
import { formatCount, formatDay, currentDay } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { everyDay, type MovementDay } from "./model/movement-picture.ts";
import { type Movement, useMovementDays, useMovements } from "./movement-data.ts";
import { MovementPicture } from "./movement-picture.tsx";
import { useAddress } from "./use-address.ts";
import "./movements.css";

const PERIODS = [7, 30, 90] as const;
const PERIOD_DAYS = 30;

/** Who came into the segment and who left it, by day; a day shows its members. */
export function SegmentMovements({ segmentId }: { segmentId: number }) {
  const t = useTexts("segments");
  const [params, setAddress] = useAddress();
  const period = PERIODS.find((days) => String(days) === params.get("days")) ?? PERIOD_DAYS;
  const day = params.get("day");
  const query = useMovementDays(segmentId, period);
  const choose = (next: string | null) => setAddress({ day: next });
  return (
    <>
      <Card
        title={t("moves.title")}
        note={t("moves.note")}
        extra={
          <Choices
            label={t("moves.period")}
            value={String(period)}
            items={PERIODS.map((days) => ({ key: String(days), label: t("moves.days", { n: days }) }))}
            onChange={(next) => setAddress({ days: next === String(PERIOD_DAYS) ? null : next, day: null })}
          />
        }
      >
        <Loaded query={query} skeleton={<SkeletonBlock height={260} />}>
          {({ items }) => (
            <Days
              days={everyDay(items, currentDay(), period)}
              chosen={day}
              onChoose={choose}
              stale={query.isPlaceholderData}
              t={t}
            />
          )}
        </Loaded>
      </Card>
      <MovedMembers segmentId={segmentId} day={day} t={t} />
    </>
  );
}

interface DaysProps {
  readonly days: readonly MovementDay[];
  readonly chosen: string | null;
  readonly onChoose: (day: string | null) => void;
  readonly stale: boolean;
  readonly t: Translate;
}

function Days({ days, chosen, onChoose, stale, t }: DaysProps) {
  const moved = days.filter((day) => day.entered + day.left + day.filled > 0);
  const sum = (of: (day: MovementDay) => number) => days.reduce((total, day) => total + of(day), 0);
  const [entered, left] = [sum((day) => day.entered), sum((day) => day.left)];
  if (moved.length === 0) return <EmptyState small title={t("moves.none_title")} text={t("moves.none_text")} />;
  return (
    <div className={stale ? "sg-stale" : undefined}>
      <p className="mv-legend">
        <span>
          <i className="mv-key-entered" aria-hidden="true" /> {t("moves.entered")} <b>{formatCount(entered)}</b>
        </span>
        <span>
          <i className="mv-key-left" aria-hidden="true" /> {t("moves.left")} <b>{formatCount(left)}</b>
        </span>
        <span>
          {t("moves.net")} <b>{`${entered >= left ? "+" : "−"}${formatCount(Math.abs(entered - left))}`}</b>
        </span>
        {moved.some((day) => day.filled > 0) ? (
          <span>
            <i className="mv-key-filled" aria-hidden="true" /> {t("moves.filled")}
          </span>
        ) : null}
      </p>
      {entered + left === 0 ? (
        <p className="ht-note">{t("moves.only_filled")}</p>
      ) : (
        <MovementPicture key={days.length} days={days} chosen={chosen} onChoose={onChoose} />
      )}
      <DayTable days={moved.toReversed()} chosen={chosen} onChoose={onChoose} t={t} />
    </div>
  );
}

function DayTable({ days, chosen, onChoose, t }: Omit<DaysProps, "stale">) {
  const number = (key: "entered" | "left" | "filled"): Column<MovementDay> => ({
    key,
    title: t(key === "filled" ? "moves.filled_short" : `moves.${key}`),
    numeric: true,
    render: (day) => (day[key] === 0 ? <span className="ht-none">0</span> : formatCount(day[key])),
  });
  return (
    <details className="mv-table">
      <summary>{t("moves.table", { n: days.length })}</summary>
      <DataTable
        label={t("moves.title")}
        rows={days}
        rowKey={(day) => day.business_day}
        columns={[
          {
            key: "day",
            title: t("moves.day"),
            render: (day) => (
              <button
                type="button"
                className="ht-link-button"
                aria-pressed={day.business_day === chosen}
                onClick={() => onChoose(day.business_day)}
              >
                {formatDay(day.business_day)}
              </button>
            ),
          },
          number("entered"),
          number("left"),
          number("filled"),
        ]}
      />
    </details>
  );
}

const DIRECTIONS = ["all", "entered", "left"] as const;

function MovedMembers({ segmentId, day, t }: { segmentId: number; day: string | null; t: Translate }) {
  const [params, setAddress] = useAddress();
  const asked = params.get("direction");
  const direction = asked === "entered" || asked === "left" ? asked : null;
  const list = useMovements(segmentId, { day, direction });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card
      title={day === null ? t("moves.latest") : t("moves.on_day", { day: formatDay(day) })}
      flush
      extra={
        <>
          <Choices
            label={t("moves.direction")}
            value={direction ?? "all"}
            items={DIRECTIONS.map((key) => ({ key, label: t(key === "all" ? "moves.both" : `moves.${key}`) }))}
            onChange={(next) => setAddress({ direction: next === "all" ? null : next })}
          />
          {day === null ? null : (
            <Button size="small" onClick={() => setAddress({ day: null })}>
              {t("moves.every_day")}
            </Button>
          )}
        </>
      }
    >
      {list.data === undefined && list.error ? (
        <ErrorState small error={list.error} retry={() => void list.refetch()} />
      ) : null}
      {list.data === undefined && !list.error ? <SkeletonTable rows={6} columns={5} /> : null}
      {list.data === undefined ? null : (
        <DataTable
          label={t("moves.members")}
          rows={rows}
          rowKey={(row) => row.movement_id}
          columns={memberColumns(segmentId, t)}
          empty={<EmptyState small title={t("moves.nobody")} />}
          more={
            list.hasNextPage ? { load: () => void list.fetchNextPage(), loading: list.isFetchingNextPage } : undefined
          }
        />
      )}
    </Card>
  );
}

function memberColumns(segmentId: number, t: Translate): readonly Column<Movement>[] {
  return [
    {
      key: "member",
      title: t("moves.member"),
      render: ({ member }) =>
        member === null ? (
          <span className="ht-none">{t("moves.gone")}</span>
        ) : (
          <>
            <Link className="mb-name" to={`/members/${member.member_id}`}>
              {member.name_masked ?? t("explain.no_name")}
            </Link>{" "}
            <span className="ht-note mv-phone">{member.phone_masked ?? ""}</span>
          </>
        ),
    },
    {
      key: "direction",
      title: t("moves.direction"),
      render: (row) => (
        <span className={`mv-word-${row.direction}`}>
          <span aria-hidden="true">{row.direction === "entered" ? "↑" : "↓"}</span> {t(`moves.${row.direction}`)}
          {row.cause === "filled" ? <span className="ht-note mv-cause">（{t("moves.by_change")}）</span> : null}
        </span>
      ),
    },
    { key: "at", title: t("moves.at"), numeric: true, render: (row) => <Instant at={row.at} /> },
    {
      key: "orders",
      title: t("moves.orders"),
      numeric: true,
      hide: "phone",
      render: ({ member }) => <Count value={member?.orders} />,
    },
    {
      key: "net",
      title: t("moves.net_spend"),
      numeric: true,
      hide: "phone",
      render: ({ member }) => <Money minor={member?.net_fen} />,
    },
    {
      key: "why",
      title: "",
      render: ({ member }) =>
        member === null ? null : (
          <Link to={`/segments/${segmentId}?tab=movements&explain=${member.member_id}`}>{t("explain.why")}</Link>
        ),
    },
  ];
}
