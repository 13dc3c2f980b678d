import Button from "antd/es/button";
import { useSearchParams } from "react-router";
import { Card } from "../../parts/page-header.tsx";
import { ErrorState, SkeletonText } from "../../parts/states.tsx";
import { formatCount, formatInstant, formatRatio } from "../../texts/format.ts";
import { pick, type Translate, useLanguage, useTexts } from "../../texts/texts.ts";
import { conditionText } from "./condition-text.ts";
import type { ConditionNode, GroupNode } from "./model/draft.ts";
import type { Vocabulary } from "./model/vocabulary.ts";
import { Preparing } from "./preparing.tsx";
import { type CountAnswer, type CountStep, type useCount, usePreparation } from "./segment-data.ts";

interface CountPanelProps {
  readonly query: ReturnType<typeof useCount>;
  /** Empty when nothing can be counted yet. */
  readonly condition: string;
  readonly waiting: number;
  readonly stale: boolean;
  /** The nodes that were counted, in the order of the steps. */
  readonly counted: readonly ConditionNode[];
  readonly root: GroupNode;
  readonly vocabulary: Vocabulary;
  /** Where the members behind the count stand. */
  readonly membersLink: string;
}

/** How many match, of how many, how fast it was counted, and what each condition leaves. */
export function CountPanel(props: CountPanelProps) {
  const { query, condition, waiting, stale } = props;
  const t = useTexts("segments");
  const asked = condition !== "";
  const copy = usePreparation(asked && (query.data === undefined || query.error !== null || stale));
  return (
    <Card title={t("count.title")} className="sg-count">
      <div aria-live="polite" aria-busy={stale}>
        {asked ? null : <p className="ht-note">{t("count.empty")}</p>}
        {asked && copy !== null ? <Preparing copy={copy} /> : null}
        {asked && copy === null && query.error ? (
          <ErrorState small error={query.error} retry={() => void query.refetch()} />
        ) : null}
        {asked && copy === null && !query.error && query.data === undefined ? <SkeletonText lines={4} /> : null}
        {asked && !query.error && query.data !== undefined ? <Counted {...props} answer={query.data} t={t} /> : null}
      </div>
      {waiting > 0 ? <p className="sg-left-out">{t("builder.waiting", { n: waiting })}</p> : null}
    </Card>
  );
}

function Counted({
  answer,
  stale,
  root,
  counted,
  vocabulary,
  t,
  membersLink,
}: CountPanelProps & { answer: CountAnswer; t: Translate }) {
  const seconds = (answer.elapsed_ms / 1000).toFixed(2);
  const facts = [t("count.elapsed", { s: seconds }), t("count.as_of", { at: formatInstant(answer.as_of) })];
  return (
    <div className={stale ? "sg-stale" : undefined}>
      <p className="sg-total">
        <a href={membersLink} className="sg-number">
          {formatCount(answer.count)}
        </a>
        <span className="ht-note">
          {t("count.of_all", { share: formatRatio(answer.total === 0 ? 0 : answer.count / answer.total, 2) })}
        </span>
      </p>
      <p className="ht-note" title={t("count.engine", { engine: answer.engine })}>
        {facts.join(" · ")}
      </p>
      {answer.count === 0 ? <p className="sg-zero">{t("count.zero_hint")}</p> : null}
      {answer.steps.length > 0 ? (
        <Funnel answer={answer} root={root} counted={counted} vocabulary={vocabulary} t={t} />
      ) : null}
    </div>
  );
}

function Funnel({
  answer,
  root,
  counted,
  vocabulary,
  t,
}: Pick<CountPanelProps, "root" | "counted" | "vocabulary"> & { answer: CountAnswer; t: Translate }) {
  const language = useLanguage();
  const [params, setParams] = useSearchParams();
  const chosen = params.get("step");
  const look = (step: number) =>
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        next.set("step", String(step));
        return next;
      },
      { replace: true, preventScrollReset: true },
    );
  const label = (step: CountStep, index: number) => {
    const node = root.join === "any" ? root : counted[index];
    return node === undefined ? pick(step.zh, step.en) : conditionText(node, vocabulary, language, t);
  };
  return (
    <table className="sg-funnel">
      <caption>{t("count.steps")}</caption>
      <tbody>
        <tr>
          <th scope="row">{t("count.everyone")}</th>
          <td>{formatCount(answer.total)}</td>
        </tr>
        {answer.steps.map((step, index) => (
          <tr
            key={step.path}
            style={{ "--sg-part": answer.total === 0 ? 0 : step.remaining / answer.total } as React.CSSProperties}
          >
            <th scope="row">{label(step, index)}</th>
            <td>
              <Button
                type="link"
                size="small"
                aria-pressed={chosen === String(index + 1)}
                aria-label={`${formatCount(step.remaining)}，${t("count.step_of", { n: index + 1 })}`}
                onClick={() => look(index + 1)}
              >
                {formatCount(step.remaining)}
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
