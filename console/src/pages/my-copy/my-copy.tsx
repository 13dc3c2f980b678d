import Button from "antd/es/button";
import { useEffect, useState } from "react";
import { api, download } from "../../api/client.ts";
import { FormError } from "../../parts/form.tsx";
import { errorSentence, SkeletonBlock } from "../../parts/states.tsx";
import { Door } from "../../shell/door.tsx";
import { formatBytes, formatInstant } from "../../texts/format.ts";
import { addTexts, useTexts } from "../../texts/texts.ts";
import en from "./en.json";
import "./my-copy.css";
import zh from "./zh.json";

addTexts("my_copy", { zh, en });

interface Seen {
  readonly bytes: number;
  readonly sha256: string;
  readonly made_at: string;
  readonly expires_at: string;
}

const SKELETON_HEIGHT = 160;

/** Where a member fetches their own data by the link they were given: once, without an account. */
export function MyCopyPage() {
  const t = useTexts("my_copy");
  // behind the #: no server and no log has seen it
  const [link] = useState(() => location.hash.slice(1));
  const [seen, setSeen] = useState<Seen>();
  const [state, setState] = useState<"looking" | "ready" | "fetching" | "done" | "gone">(
    link === "" ? "gone" : "looking",
  );
  const [error, setError] = useState<string | null>(link === "" ? t("no_link") : null);
  useEffect(() => {
    if (link === "") return;
    void api.post<Seen>("/api/member-rights/copies/look", { link }).then(
      (found) => {
        setSeen(found);
        setState("ready");
      },
      (problem: unknown) => {
        setError(errorSentence(problem, t("shared:state.offline")));
        setState("gone");
      },
    );
  }, [link, t]);
  const fetchIt = async () => {
    setState("fetching");
    setError(null);
    try {
      await download("/api/member-rights/copies", { link });
      setState("done");
    } catch (problem) {
      setError(errorSentence(problem, t("shared:state.offline")));
      setState("ready");
    }
  };
  return (
    <Door>
      <h1>{t(state === "gone" ? "gone_title" : state === "done" ? "done_title" : "title")}</h1>
      <div className="ht-stack mc-body">
        {state === "looking" ? <SkeletonBlock height={SKELETON_HEIGHT} /> : null}
        <FormError text={error} />
        {state === "gone" ? <p className="ht-note">{t("gone_text")}</p> : null}
        {state === "done" ? <p className="ht-note">{t("done_text")}</p> : null}
        {seen !== undefined && (state === "ready" || state === "fetching") ? (
          <>
            <p className="ht-note">{t("text")}</p>
            <Facts seen={seen} />
            <Button type="primary" size="large" block loading={state === "fetching"} onClick={() => void fetchIt()}>
              {t("fetch")}
            </Button>
            <p className="ht-note">{t("once")}</p>
          </>
        ) : null}
      </div>
    </Door>
  );
}

function Facts({ seen }: { seen: Seen }) {
  const t = useTexts("my_copy");
  const rows: [string, string][] = [
    [t("until"), formatInstant(seen.expires_at)],
    [t("made"), formatInstant(seen.made_at)],
    [t("size"), formatBytes(seen.bytes)],
    ["SHA-256", seen.sha256],
  ];
  return (
    <dl className="mc-facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
