import { Fragment } from "react";
import { Link } from "react-router";
import { Chip } from "../../parts/chips.tsx";
import { Card } from "../../parts/page-header.tsx";
import { Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount, formatRatio } from "../../texts/format.ts";
import { pick, type Translate } from "../../texts/texts.ts";
import { treeLink } from "../segments/model/seeds.ts";
import { type Overview, type StageCell, useStages } from "./tier-data.ts";
import "../../parts/data-table.css";

const STAGES = ["never_bought", "new", "growing", "mature", "silent", "lost"] as const;

const text = (value: string) => ({ node: "text", value });
/** The members of a cell as a condition over their two tags. */
const cellCondition = (tier: string, stage: string) => ({
  node: "and",
  parts: [
    { node: "in", value: { node: "tag", key: "tier" }, options: [tier] },
    { node: "compare", operator: "=", left: { node: "tag", key: "lifecycle_stage" }, right: text(stage) },
  ],
});

/** Tier × lifecycle stage: how many members stand in each cell, and whether anything is done for them. */
export function StageMatrix({ data, t }: { data: Overview; t: Translate }) {
  const query = useStages();
  return (
    <Card title={t("matrix.title")} note={t("matrix.note")} flush>
      <Loaded query={query} skeleton={<SkeletonTable rows={4} columns={7} />}>
        {({ cells, members, treated }) => (
          <>
            <p className="tr-treated">
              <Chip tone={treated === 0 ? "warn" : "good"}>
                {t("matrix.treated", { share: formatRatio(members === 0 ? 0 : treated / members) })}
              </Chip>{" "}
              <span className="ht-note">{t("matrix.none_yet")}</span>
            </p>
            <Cells data={data} cells={cells} t={t} />
          </>
        )}
      </Loaded>
    </Card>
  );
}

function Cells({ data, cells, t }: { data: Overview; cells: readonly StageCell[]; t: Translate }) {
  const most = Math.max(1, ...cells.map((cell) => cell.members));
  const unknown = cells.some((cell) => cell.stage === null);
  const stages: readonly (string | null)[] = unknown ? [...STAGES, null] : STAGES;
  return (
    <section className="ht-table-scroll tr-scroll" tabIndex={0} aria-label={t("matrix.title")}>
      <table className="ht-table tr-matrix">
        <thead>
          <tr>
            <th scope="col">{t("table.tier")}</th>
            {stages.map((stage) => (
              <th key={stage ?? "unknown"} scope="col" className="ht-num">
                {t(`stage.${stage ?? "unknown"}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.tiers.toReversed().map((tier) => (
            <tr key={tier.tier}>
              <th scope="row">{pick(tier.zh, tier.en)}</th>
              {stages.map((stage) => {
                const cell = cells.find((one) => one.rank === tier.rank && one.stage === stage);
                const strength = cell === undefined ? 0 : Math.sqrt(cell.members / most);
                return (
                  <td
                    key={stage ?? "unknown"}
                    className="ht-num"
                    style={{ "--tr-strength": strength } as React.CSSProperties}
                  >
                    {cell === undefined ? (
                      <span className="ht-none">0</span>
                    ) : (
                      <Fragment>
                        {stage === null ? (
                          formatCount(cell.members)
                        ) : (
                          <Link className="ht-count-link" to={treeLink(cellCondition(tier.tier, stage))}>
                            {formatCount(cell.members)}
                          </Link>
                        )}
                        <small>
                          {cell.treatments === 0 ? t("matrix.no_treatment") : t("matrix.live", { n: cell.treatments })}
                        </small>
                      </Fragment>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
