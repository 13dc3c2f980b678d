import { Link } from "react-router";
import { Chip } from "../../parts/chips.tsx";
import { Fact, Ratio } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { Loaded, SkeletonText } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { pick, type Translate } from "../../texts/texts.ts";
import { type AutomationShare, type SceneShare, useAutomationShare } from "./scenes-data.ts";

const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);

/** How much runs by itself, and which lifecycle scenes do not yet. */
export function AutomationCard({ may, t }: { readonly may: boolean; readonly t: Translate }) {
  const query = useAutomationShare();
  return (
    <Card title={t("share.title")} note={t("share.note", { n: query.data?.days ?? 30 })}>
      <Loaded query={query} skeleton={<SkeletonText lines={3} />}>
        {(data) => <Shares data={data} may={may} t={t} />}
      </Loaded>
    </Card>
  );
}

function Shares({ data, may, t }: { readonly data: AutomationShare; readonly may: boolean; readonly t: Translate }) {
  const automated = data.scenes.filter((one) => one.automated).length;
  const left = data.scenes.filter((one) => !one.automated);
  return (
    <>
      <dl className="jo-facts jo-share">
        <Fact label={t("share.messages")}>
          <Ratio value={share(data.marketing_automated, data.marketing_sent)} />
          <small>
            {data.marketing_sent === 0
              ? t("share.no_messages")
              : t("share.of_messages", {
                  n: formatCount(data.marketing_automated),
                  total: formatCount(data.marketing_sent),
                })}
          </small>
        </Fact>
        <Fact label={t("share.scenes")}>
          <Ratio value={share(automated, data.scenes.length)} />
          <small>{t("share.of_scenes", { n: automated, total: data.scenes.length })}</small>
        </Fact>
      </dl>
      {left.length === 0 ? null : (
        <details className="jo-left">
          <summary>{t("share.left", { n: left.length })}</summary>
          <ul>
            {left.map((one) => (
              <Left key={one.scene} one={one} may={may} t={t} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

/** Why a scene does not count yet, and where to go from here. */
function Left({ one, may, t }: { readonly one: SceneShare; readonly may: boolean; readonly t: Translate }) {
  const name = pick(one.zh, one.en);
  const live = one.journeys.find(({ state }) => state === "live");
  const [first] = one.journeys;
  const counts = { n: formatCount(one.handled), total: formatCount(one.qualifying) };
  return (
    <li>
      <span>{name}</span>{" "}
      <Chip tone={live === undefined ? "neutral" : "info"}>
        {live === undefined
          ? t(first === undefined ? "share.none" : "share.not_live")
          : t(`share.${one.counts}`, counts)}
      </Chip>{" "}
      {first !== undefined ? (
        <Link to={`/journeys/${(live ?? first).journey}`}>{t("share.look")}</Link>
      ) : may ? (
        <Link to={`/journeys/from-scene?scene=${one.scene}`}>{t("share.make")}</Link>
      ) : null}
    </li>
  );
}
