import { Bar } from "../../parts/bar.tsx";
import { Count, Money } from "../../parts/figures.tsx";
import { formatRatio } from "../../texts/format.ts";
import { pick, type Translate } from "../../texts/texts.ts";
import { entryText, type Overview } from "./tier-data.ts";

/** The steps as steps: each higher than the one before, with who stands on it and what they spend. */
export function LadderPicture({ data, t }: { data: Overview; t: Translate }) {
  const most = Math.max(1, ...data.tiers.map((tier) => tier.members));
  return (
    <ol className="tr-ladder">
      {data.tiers.map((tier) => (
        <li
          key={tier.tier}
          className="tr-step"
          style={{ "--tr-rank": tier.rank, "--tr-of": data.tiers.length - 1 } as React.CSSProperties}
        >
          <div className="tr-block">
            <p className="tr-name">
              <strong>{pick(tier.zh, tier.en)}</strong>
              <span className="ht-note">{entryText(data.definition, tier.rank, t)}</span>
            </p>
            <p className="tr-members">
              <span>
                <Count
                  value={tier.members}
                  unit={t("people")}
                  to={`?list=tier&tier=${tier.tier}`}
                  label={pick(tier.zh, tier.en)}
                />
              </span>
              <span className="ht-note">{formatRatio(tier.members / Math.max(1, data.members))}</span>
            </p>
            <Bar
              part={tier.members / most}
              label={t("picture.share", { share: formatRatio(tier.members / Math.max(1, data.members)) })}
            />
            <p className="ht-note">
              {t("picture.spend")} <Money minor={tier.spend_minor} currency={data.definition.currency} />
            </p>
            {tier.granted > 0 ? <p className="ht-note">{t("picture.granted", { n: tier.granted })}</p> : null}
            <ul className="tr-benefits">
              {tier.benefits.map((benefit) => (
                <li key={benefit.code}>{pick(benefit.zh, benefit.en)}</li>
              ))}
            </ul>
          </div>
        </li>
      ))}
    </ol>
  );
}
