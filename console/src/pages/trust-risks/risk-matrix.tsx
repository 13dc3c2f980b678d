import { Chip, type Tone } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { useTexts } from "../../texts/texts.ts";
import { type Grade, type Risk, word } from "./trust-data.ts";

export type Place = Grade;
const STEPS = [1, 2, 3, 4, 5] as const;

export const CLASS_TONES: Readonly<Record<Risk["class"], Tone>> = {
  low: "good",
  general: "info",
  serious: "warn",
  grave: "bad",
};

function classOf(score: number): Risk["class"] {
  if (score >= 15) return "grave";
  if (score >= 10) return "serious";
  return score >= 5 ? "general" : "low";
}

interface RiskMatrixProps {
  readonly risks: readonly Risk[];
  readonly place: Place | null;
  readonly onPlace: (place: Place | null) => void;
}

/** Likelihood over impact; each cell says how many risks stand in it. */
export function RiskMatrix({ risks, place, onPlace }: RiskMatrixProps) {
  const t = useTexts("trust-risks");
  return (
    <div className="tr-matrix-frame">
      <table className="tr-matrix" aria-label={t("matrix")}>
        <tbody>
          {STEPS.toReversed().map((likelihood) => (
            <tr key={likelihood}>
              <th scope="row">{t(`likelihood.${likelihood}`)}</th>
              {STEPS.map((impact) => {
                const here = risks.filter(
                  ({ current }) => current.likelihood === likelihood && current.impact === impact,
                );
                const score = likelihood * impact;
                const chosen = place?.likelihood === likelihood && place.impact === impact;
                return (
                  <td key={impact} className={`tr-cell tr-cell-${classOf(score)}`}>
                    {here.length === 0 ? (
                      <span className="tr-score">{score}</span>
                    ) : (
                      <button
                        type="button"
                        aria-pressed={chosen}
                        title={here.map(({ name }) => word(name)).join(" · ")}
                        aria-label={t("cell", {
                          likelihood,
                          impact,
                          n: here.length,
                          names: here.map(({ name }) => word(name)).join(", "),
                        })}
                        onClick={() => onPlace(chosen ? null : { likelihood, impact })}
                      >
                        {here.length}
                      </button>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td />
            {STEPS.map((impact) => (
              <th key={impact} scope="col">
                {t(`impact.${impact}`)}
              </th>
            ))}
          </tr>
        </tfoot>
      </table>
      <p className="ht-note">{t("axes")}</p>
    </div>
  );
}

export function RiskTable({ risks, onOpen }: { risks: readonly Risk[]; onOpen: (key: string) => void }) {
  const t = useTexts("trust-risks");
  return (
    <DataTable
      label={t("register")}
      rows={risks}
      rowKey={(risk) => risk.key}
      onRow={(risk) => onOpen(risk.key)}
      columns={[
        {
          key: "name",
          title: t("risk"),
          wrap: true,
          render: (risk) => (
            <button type="button" className="ht-link-button" onClick={() => onOpen(risk.key)}>
              {word(risk.name)}
            </button>
          ),
        },
        {
          key: "grade",
          title: t("grade"),
          render: (risk) => (
            <Chip tone={CLASS_TONES[risk.class]}>
              {t(`class.${risk.class}`)} {risk.score}
            </Chip>
          ),
        },
        {
          key: "before",
          title: t("inherent"),
          numeric: true,
          hide: "phone",
          render: (risk) => risk.inherent.likelihood * risk.inherent.impact,
        },
        { key: "owner", title: t("owner"), hide: "phone", render: (risk) => word(risk.owner) },
        {
          key: "drills",
          title: t("last_drill"),
          hide: "tablet",
          render: (risk) => risk.drills[0]?.held_on ?? <span className="ht-none">{t("never")}</span>,
        },
      ]}
    />
  );
}
