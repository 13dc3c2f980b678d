import { SwapOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useEffect, useRef } from "react";
import { useSession } from "../api/session.ts";
import { useLeaveTill } from "../api/till.ts";
import { useTexts } from "../texts/texts.ts";

const SIGNS = ["pointerdown", "keydown", "wheel", "touchmove"] as const;

/** Calls `end` once nobody has touched the screen for so long. */
function useUntouched(minutes: number | null, end: () => void): void {
  const latest = useRef(end);
  useEffect(() => {
    latest.current = end;
  });
  useEffect(() => {
    if (minutes === null) return;
    let wait: ReturnType<typeof setTimeout>;
    const begin = () => {
      clearTimeout(wait);
      wait = setTimeout(() => latest.current(), minutes * 60_000);
    };
    begin();
    for (const sign of SIGNS) document.addEventListener(sign, begin, { passive: true });
    return () => {
      clearTimeout(wait);
      for (const sign of SIGNS) document.removeEventListener(sign, begin);
    };
  }, [minutes]);
}

/** At a store's tablet: whose turn it is, and the way to the next one. */
export function TabletBar() {
  const t = useTexts();
  const session = useSession();
  const leave = useLeaveTill();
  const here = session?.at_tablet === true ? session.tablet : null;
  useUntouched(here?.idle_minutes ?? null, () => void leave());
  if (here === null) return null;
  return (
    <div className="ht-at-tablet" role="status">
      <span>
        <strong>{session?.person?.name}</strong> · {here.store_name} · {here.name}
      </span>
      <Button size="large" icon={<SwapOutlined />} onClick={() => void leave()}>
        {t("menu.change_person")}
      </Button>
    </div>
  );
}
