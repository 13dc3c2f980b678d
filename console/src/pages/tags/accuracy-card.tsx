import { Card } from "../../parts/page-header.tsx";
import { Fact, Ratio } from "../../parts/figures.tsx";
import { formatRatio } from "../../texts/format.ts";
import type { Translate } from "../../texts/texts.ts";
import { useAccuracies } from "./review-data.ts";
import { ReviewAct, StateChip } from "./reviews.tsx";
import type { TagDetail } from "./tag-data.ts";
import "./review.css";

/** How right the tag is by a review here; apart from it, and named so, how right it was in the made-up example world. */
export function AccuracyCard({ tag, t }: { tag: TagDetail; t: Translate }) {
  const accuracies = useAccuracies();
  const item = accuracies.data?.items.find((one) => one.key === tag.key);
  const example = tag.example_accuracy;
  return (
    <Card
      title={t("review.title")}
      note={item === undefined ? undefined : <StateChip item={item} t={t} />}
      extra={item === undefined ? undefined : <ReviewAct item={item} t={t} />}
    >
      <dl className="ht-facts tg-about">
        <Fact label={t("review.accuracy")}>
          {item === undefined || item.right_bp === null || item.lower_bp === null
            ? t("review.none")
            : t("review.line", {
                right: formatRatio(item.right_bp / 10_000),
                lower: formatRatio(item.lower_bp / 10_000, 2),
              })}
          {item?.outdated ? <p className="ht-note">{t("review.outdated")}</p> : null}
        </Fact>
        {example == null ? null : (
          <Fact label={t("review.example")}>
            <Ratio value={example.judged === 0 ? null : example.right / example.judged} />
            <p className="ht-note">{t("review.example_note")}</p>
          </Fact>
        )}
      </dl>
    </Card>
  );
}
