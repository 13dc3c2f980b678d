import { Link } from "react-router";
import { Bar } from "../../parts/bar.tsx";
import { Count, Ratio } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, ErrorState, SkeletonBlock } from "../../parts/states.tsx";
import { formatCount, formatRatio } from "../../texts/format.ts";
import { pick, type Translate } from "../../texts/texts.ts";
import { type Preview, usePreview } from "./custom-data.ts";

/** What the definition would say now: coverage, spread, and some members with value and reason. */
export function PreviewPanel({ definition, stale, t }: { definition: string; stale: boolean; t: Translate }) {
  const query = usePreview(definition);
  const { data } = query;
  const waiting = stale || query.isPlaceholderData || query.isFetching;
  return (
    <Card
      className="tm-preview"
      title={t("make.preview")}
      note={data === undefined ? undefined : t("make.preview_note")}
    >
      {definition === "" ? <p className="ht-note">{t("make.preview_wait")}</p> : null}
      {definition !== "" && query.error && !waiting ? <ErrorState small error={query.error} /> : null}
      {definition !== "" && data === undefined && !query.error ? <SkeletonBlock height={240} /> : null}
      {definition !== "" && data !== undefined && (!query.error || waiting) ? (
        <div aria-busy={waiting} className="tm-preview-body">
          <Figures preview={data} t={t} />
          <Spread preview={data} t={t} />
          <Sample preview={data} t={t} />
        </div>
      ) : null}
    </Card>
  );
}

function Figures({ preview, t }: { preview: Preview; t: Translate }) {
  const share = preview.computed === 0 ? 0 : preview.with_value / preview.computed;
  return (
    <div>
      <p className="tm-coverage">
        <strong>{formatRatio(share)}</strong> {t("make.covered")}
      </p>
      <p className="ht-note">
        {t(preview.computed < preview.total ? "make.covered_sample" : "make.covered_all", {
          n: formatCount(preview.with_value),
          of: formatCount(preview.computed),
          total: formatCount(preview.total),
        })}
      </p>
      <p className="ht-note">
        {t("one.privacy")} {preview.privacy_least} {t(`privacy.${preview.privacy_least}`)}
      </p>
    </div>
  );
}

function Spread({ preview, t }: { preview: Preview; t: Translate }) {
  if (preview.with_value === 0) return <EmptyState small title={t("make.nobody")} text={t("make.nobody_text")} />;
  if (preview.quantiles !== null) {
    return (
      <table className="ht-table tm-small">
        <caption className="ht-hidden">{t("make.quantiles")}</caption>
        <tbody>
          {preview.quantiles.map((one, index) => (
            <tr key={index}>
              <th scope="row">{t(`make.quantile_${index}`)}</th>
              <td className="ht-num">{pick(one.zh, one.en)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    );
  }
  const most = Math.max(...preview.distribution.map(({ count }) => count));
  return (
    <table className="ht-table tm-small">
      <caption className="ht-hidden">{t("one.table")}</caption>
      <tbody>
        {preview.distribution.map((one) => (
          <tr key={one.value}>
            <th scope="row">{pick(one.zh, one.en)}</th>
            <td className="tm-bar">
              <Bar
                part={one.count / most}
                label={`${pick(one.zh, one.en)} ${formatRatio(one.count / preview.with_value)}`}
              />
            </td>
            <td className="ht-num">
              <Count value={one.count} />
            </td>
            <td className="ht-num">
              <Ratio value={one.count / preview.with_value} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Sample({ preview, t }: { preview: Preview; t: Translate }) {
  if (preview.sample.length === 0) return null;
  return (
    <div>
      <h3 className="tm-h3">{t("make.sample")}</h3>
      <ul className="tm-sample">
        {preview.sample.map(({ member, display, why }) => (
          <li key={member.member_id}>
            <Link to={`/members/${member.member_id}`}>{member.name_masked ?? `#${member.member_id}`}</Link>
            <strong>{pick(display.zh, display.en)}</strong>
            <span className="ht-note">{pick(why.zh, why.en)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
