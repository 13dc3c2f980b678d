import { Chip } from "../../parts/chips.tsx";
import { Card } from "../../parts/page-header.tsx";
import { ErrorState, SkeletonBlock } from "../../parts/states.tsx";
import { formatDay, formatRatio } from "../../texts/format.ts";
import { pick, type Translate } from "../../texts/texts.ts";
import { type HistoryDay, type TagHistory, useTagHistory } from "./lineage-data.ts";
import { areaPath, dayX, linePath, stacked } from "./model/history-picture.ts";
import "./lineage.css";

const WIDTH = 640;
const HEIGHT = 140;
const COVERAGE_HEIGHT = 48;

/** How the tag moved: shares of its values, or median and quartiles; coverage below; days that jumped are marked. */
export function HistoryCard({ tagKey, t }: { tagKey: string; t: Translate }) {
  const query = useTagHistory(tagKey);
  const days = query.data?.days ?? [];
  return (
    <Card title={t("history.title")} note={days.length === 0 ? undefined : t("history.note", { n: days.length })}>
      {query.error ? <ErrorState small error={query.error} retry={() => void query.refetch()} /> : null}
      {query.data === undefined && !query.error ? <SkeletonBlock height={200} /> : null}
      {query.data !== undefined && days.length === 0 ? <p className="ht-note">{t("history.none")}</p> : null}
      {days.length === 1 ? <p className="ht-note">{t("history.one", { day: formatDay(days[0]?.day ?? "") })}</p> : null}
      {query.data !== undefined && days.length > 1 ? <HistoryPicture history={query.data} t={t} /> : null}
    </Card>
  );
}

function HistoryPicture({ history, t }: { history: TagHistory; t: Translate }) {
  const { days } = history;
  const numbers = days.some(({ quartiles }) => quartiles !== null);
  const [first, last] = [days[0], days.at(-1)];
  const jumps = days.filter(({ jump, redefined }) => jump || redefined);
  return (
    <div className="hs-body">
      {numbers ? <Quartiles days={days} t={t} /> : <Shares history={history} t={t} />}
      <CoverageLine days={days} t={t} />
      <p className="hs-axis ht-note">
        <span>{first === undefined ? "" : formatDay(first.day)}</span>
        <span>{last === undefined ? "" : formatDay(last.day)}</span>
      </p>
      {jumps.length === 0 ? null : (
        <ul className="hs-jumps">
          {jumps.map(({ day, jump, psi_bp }) => (
            <li key={day}>
              <Chip tone={jump ? "warn" : "neutral"}>{t(jump ? "history.jump" : "history.redefined")}</Chip>{" "}
              {formatDay(day)}
              {psi_bp === null ? null : <span className="ht-note"> PSI {(psi_bp / 10_000).toFixed(2)}</span>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Marks({ days }: { days: readonly HistoryDay[] }) {
  return days.map(({ day, jump }, index) =>
    jump ? (
      <line
        key={day}
        className="hs-mark"
        x1={dayX(index, days.length, WIDTH)}
        x2={dayX(index, days.length, WIDTH)}
        y1={0}
        y2={HEIGHT}
      />
    ) : null,
  );
}

function Shares({ history, t }: { history: TagHistory; t: Translate }) {
  const { days, values } = history;
  const last = days.at(-1);
  const often = (value: string) => last?.values.find((one) => one.value === value)?.members ?? 0;
  const order = [...values].sort((a, b) => often(b.value) - often(a.value));
  const sums = stacked(
    days,
    order.map(({ value }) => value),
  );
  const line = (at: number) =>
    sums.map((shares, index) => ({
      x: dayX(index, days.length, WIDTH),
      y: HEIGHT * (1 - (at < 0 ? 0 : (shares[at] ?? 0))),
    }));
  return (
    <>
      <svg
        className="hs-picture"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t("history.shares")}
      >
        {order.map(({ value, zh, en }, index) => (
          <path key={value} className="hs-area" data-tone={index % 6} d={areaPath(line(index), line(index - 1))}>
            <title>{pick(zh, en)}</title>
          </path>
        ))}
        <Marks days={days} />
      </svg>
      <ul className="hs-legend">
        {order.slice(0, 6).map(({ value, zh, en }, index) => (
          <li key={value}>
            <span className="hs-swatch" data-tone={index} aria-hidden="true" /> {pick(zh, en)}{" "}
            {last === undefined || last.members === 0 ? "" : formatRatio(often(value) / last.members, 0)}
          </li>
        ))}
      </ul>
    </>
  );
}

function Quartiles({ days, t }: { days: readonly HistoryDay[]; t: Translate }) {
  const known = days.map(({ quartiles }) => quartiles?.map(({ value }) => Number(value)) ?? null);
  const all = known.flatMap((quartiles) => quartiles ?? []);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const y = (value: number) =>
    high === low ? HEIGHT / 2 : HEIGHT - 8 - ((value - low) / (high - low)) * (HEIGHT - 16);
  const line = (at: number) =>
    known.flatMap((quartiles, index) => {
      const value = quartiles?.[at];
      return value === undefined ? [] : [{ x: dayX(index, days.length, WIDTH), y: y(value) }];
    });
  const last = [...days].reverse().find(({ quartiles }) => quartiles !== null)?.quartiles;
  return (
    <>
      <svg
        className="hs-picture"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t("history.quartiles")}
      >
        <path className="hs-area" data-tone="5" d={areaPath(line(2), line(0))} />
        <path className="hs-line" d={linePath(line(1))} />
        <Marks days={days} />
      </svg>
      {last == null ? null : (
        <p className="ht-note">
          {t("history.last", {
            median: pick(last[1]?.zh ?? "", last[1]?.en ?? ""),
            low: pick(last[0]?.zh ?? "", last[0]?.en ?? ""),
            high: pick(last[2]?.zh ?? "", last[2]?.en ?? ""),
          })}
        </p>
      )}
    </>
  );
}

function CoverageLine({ days, t }: { days: readonly HistoryDay[]; t: Translate }) {
  const shares = days.map(({ members, total }) => (total === 0 ? 0 : members / total));
  const points = shares.map((share, index) => ({
    x: dayX(index, days.length, WIDTH),
    y: COVERAGE_HEIGHT - 4 - share * (COVERAGE_HEIGHT - 8),
  }));
  return (
    <>
      <p className="hs-axis">
        <span>{t("column.coverage")}</span>
        <span>{formatRatio(shares.at(-1) ?? 0)}</span>
      </p>
      <svg
        className="hs-picture hs-coverage"
        viewBox={`0 0 ${WIDTH} ${COVERAGE_HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t("history.coverage")}
      >
        <path className="hs-line" d={linePath(points)} />
      </svg>
    </>
  );
}
