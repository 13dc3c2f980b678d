import { PlusOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useEffect, useRef, useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { api } from "../../api/client.ts";
import { Chip } from "../../parts/chips.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Loaded, SkeletonTable } from "../../parts/states.tsx";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { useJourneyAct, useJourneys } from "./journeys-data.ts";
import { NewJourneyDialog } from "./new-dialog.tsx";
import { ScenePicture } from "./scene-picture.tsx";
import { type Scene, useAutomationShare, useScenes } from "./scenes-data.ts";
import "./journeys.css";
import "./texts.ts";

/** A new journey: from a shipped scene, or empty. `?scene=` leads to one of them. */
export function NewJourneyPage() {
  const t = useTexts("journeys");
  const scenes = useScenes();
  const { data: listed } = useJourneys();
  const { data: share } = useAutomationShare();
  const [search] = useSearchParams();
  const [naming, setNaming] = useState(false);
  const made = new Map(share?.scenes.map((one) => [one.scene, one.journeys]) ?? []);
  return (
    <div className="ht-page">
      <PageHeader
        title={t("new.title")}
        note={t("scene.note")}
        back={{ to: "/journeys", label: t("title") }}
        actions={
          <Button icon={<PlusOutlined />} onClick={() => setNaming(true)}>
            {t("scene.empty")}
          </Button>
        }
      />
      <Loaded query={scenes} skeleton={<SkeletonTable columns={3} />}>
        {({ items }) => (
          <ul className="jo-scenes">
            {items.map((scene) => (
              <SceneCard
                key={scene.scene}
                scene={scene}
                made={made.get(scene.scene) ?? []}
                wanted={search.get("scene") === scene.scene}
                t={t}
              />
            ))}
          </ul>
        )}
      </Loaded>
      {naming ? (
        <NewJourneyDialog taken={(listed?.items ?? []).map((one) => one.journey)} onClose={() => setNaming(false)} />
      ) : null}
    </div>
  );
}

interface CardProps {
  readonly scene: Scene;
  readonly made: readonly { readonly journey: string; readonly state: string }[];
  readonly wanted: boolean;
  readonly t: Translate;
}

function SceneCard({ scene, made, wanted, t }: CardProps) {
  const go = useNavigate();
  const place = useRef<HTMLLIElement>(null);
  const act = useJourneyAct(async () => {
    const { journey } = await api.post<{ journey: string }>("/api/journeys/from-scene", { scene: scene.scene });
    void go(`/journeys/${journey}`);
  }, t("scene.made"));
  useEffect(() => {
    if (wanted) place.current?.scrollIntoView({ block: "center" });
  }, [wanted]);
  const name = pick(scene.zh, scene.en);
  return (
    <li ref={place} className={`jo-scene${wanted ? " jo-wanted" : ""}`}>
      <ScenePicture journey={scene.journey} />
      <div className="jo-scene-words">
        <h3>{name}</h3>
        <p>{pick(scene.sentence.zh, scene.sentence.en)}</p>
        <p className="jo-scene-more">
          {t("scene.goal", { goal: pick(scene.goal.zh, scene.goal.en) })}
          <br />
          {t("scene.example", { example: pick(scene.example.zh, scene.example.en) })}
        </p>
        <div className="ht-row">
          <Button
            type={wanted ? "primary" : "default"}
            aria-label={`${t("scene.use")} ${name}`}
            loading={act.isPending}
            onClick={() => act.mutate()}
          >
            {t("scene.use")}
          </Button>
          <Chip>{t("scene.templates", { n: scene.templates.length })}</Chip>
          {made.map(({ journey, state }) => (
            <Link key={journey} to={`/journeys/${journey}`}>
              {t("scene.is", { state: t(`state.${state}`) })}
            </Link>
          ))}
        </div>
      </div>
    </li>
  );
}
