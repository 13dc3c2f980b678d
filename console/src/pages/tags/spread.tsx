import { useMayAsk } from "../../api/session.ts";
import { Bar } from "../../parts/bar.tsx";
import { Count, Ratio } from "../../parts/figures.tsx";
import { formatRatio } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { membersOf, type Spread, type Tag, type TagDetail } from "./tag-data.ts";

const STRIP_VALUES = 5;

/** One thin bar of shares with the largest named: the spread of a tag at a glance. */
export function SpreadStrip({ tag }: { tag: Tag }) {
  const spread = tag.distribution ?? [];
  const total = spread.reduce((sum, one) => sum + one.count, 0);
  if (total === 0) return <span className="ht-none">—</span>;
  const first = [...spread].sort((a, b) => b.count - a.count)[0];
  const label = spread
    .slice(0, 12)
    .map((one) => `${pick(one.zh, one.en)} ${formatRatio(one.count / total)}`)
    .join("，");
  return (
    <span className="tg-strip-frame">
      <span className="tg-strip" role="img" aria-label={label} title={label}>
        {parts(spread).map((one, index) => (
          <span key={one.value} style={{ flexGrow: one.count }} data-tone={index} />
        ))}
      </span>
      {first === undefined ? null : (
        <small>
          {pick(first.zh, first.en)} {formatRatio(first.count / total, 0)}
        </small>
      )}
    </span>
  );
}

/** In the order of the values; what is beyond the first few is one part. */
function parts(spread: readonly Spread[]): readonly Spread[] {
  if (spread.length <= STRIP_VALUES + 1) return spread;
  const rest = spread.slice(STRIP_VALUES).reduce((sum, one) => sum + one.count, 0);
  return [...spread.slice(0, STRIP_VALUES), { value: "…", zh: "", en: "", count: rest }];
}

/** Every value with its meaning, its members and its share, as a bar from zero. */
export function SpreadTable({ tag, t }: { tag: TagDetail; t: Translate }) {
  const shared = useTexts();
  const listed = useMayAsk("members.read")(tag.privacy);
  const total = tag.distribution.reduce((sum, one) => sum + one.count, 0);
  const most = Math.max(1, ...tag.distribution.map((one) => one.count));
  const meanings = new Map(tag.values.map((value) => [value.value, pick(value.meaning_zh, value.meaning_en)]));
  if (total === 0) return <p className="ht-note tg-none">{t("one.none")}</p>;
  const withMeaning = tag.distribution.some((one) => meanings.get(one.value));
  return (
    <table className="ht-table">
      <caption className={listed ? "ht-hidden" : "ht-note tg-closed"}>
        {listed ? t("one.table") : t("one.closed", { level: tag.privacy })}
      </caption>
      <thead>
        <tr>
          <th scope="col">{t("one.value")}</th>
          <th scope="col" className="tg-bar-column">
            <span className="ht-hidden">{t("one.share")}</span>
          </th>
          <th scope="col" className="ht-num">
            {t("one.members")}
          </th>
          <th scope="col" className="ht-num">
            {t("one.share")}
          </th>
        </tr>
      </thead>
      <tbody>
        {tag.distribution.map((one) => (
          <tr key={one.value}>
            <td className="tg-value">
              {pick(one.zh, one.en) || one.value}
              {withMeaning ? <small className="ht-note">{meanings.get(one.value)}</small> : null}
            </td>
            <td className="tg-bar-column">
              <Bar part={one.count / most} label={`${pick(one.zh, one.en)} ${formatRatio(one.count / total)}`} />
            </td>
            <td className="ht-num">
              <Count
                value={one.count}
                unit={shared("unit.people")}
                to={listed ? membersOf(tag.key, one) : undefined}
                label={`${pick(one.zh, one.en)} ${shared("act.see_members")}`}
              />
            </td>
            <td className="ht-num">
              <Ratio value={one.count / total} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
