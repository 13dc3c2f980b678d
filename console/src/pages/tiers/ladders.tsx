import { Link } from "react-router";
import { Chip } from "../../parts/chips.tsx";
import { Card } from "../../parts/page-header.tsx";
import { Loaded, SkeletonText } from "../../parts/states.tsx";
import { pick, type Translate } from "../../texts/texts.ts";
import { useLadders } from "./tier-data.ts";

/** All ladders: the one in force and those one could put in force. */
export function Ladders({ t }: { t: Translate }) {
  const query = useLadders();
  return (
    <Card title={t("ladders.title")} note={t("ladders.note")}>
      <Loaded query={query} skeleton={<SkeletonText lines={4} />}>
        {({ items, in_force }) => (
          <ul className="tr-ladders">
            {items.map((item) => (
              <li key={item.ladder}>
                <p>
                  <Link to={`/tiers/${item.ladder}/edit`}>
                    <strong>{pick(item.definition.zh, item.definition.en)}</strong>
                  </Link>{" "}
                  {in_force?.ladder === item.ladder ? (
                    <Chip tone="good">{t("ladders.in_force", { n: in_force.version })}</Chip>
                  ) : (
                    <Chip>{t("ladders.draft")}</Chip>
                  )}
                </p>
                <p className="ht-note">{pick(item.definition.sentence_zh, item.definition.sentence_en)}</p>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  );
}
