import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useId, useState } from "react";
import { api } from "../api/client.ts";
import { useCan } from "../api/session.ts";
import { Choices } from "../parts/chips.tsx";
import { sayError } from "../parts/toast.tsx";
import { formatInstant } from "../texts/format.ts";
import { useTexts } from "../texts/texts.ts";
import { useWorldPace, worldNow } from "../texts/world-time.ts";
import { useDismiss } from "./profile-menu.tsx";

const PACES = [0, 1, 60, 600] as const;
const TICK_MS = 500;
/** Every answer says the world's time; a page that asks for nothing still hears it this often. */
const ASK_MS = 5_000;

/** The world's time, renewed while it is looked at. */
function useWorldNow(): Date {
  const [now, setNow] = useState(worldNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(worldNow()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return new Date(now);
}

/** Quiet sign that the example world goes on, with its time; whoever may bring data in changes its pace. */
export function WorldBadge() {
  const { state } = useWorldPace();
  return state === "real" ? null : <Badge live={state === "live"} />;
}

function Badge({ live }: { live: boolean }) {
  const t = useTexts();
  const { rate } = useWorldPace();
  const may = useCan("data.manage");
  const [open, setOpen] = useState(false);
  const id = useId();
  const ref = useDismiss(open, () => setOpen(false));
  const now = useWorldNow();
  // the header of the answer is what is read
  useQuery({
    queryKey: ["world"],
    queryFn: ({ signal }) => api.get("/api/world", {}, signal),
    enabled: live,
    refetchInterval: ASK_MS,
    staleTime: 0,
  });
  const change = useMutation({
    mutationFn: (next: number) => api.put("/api/world", { rate: next }),
    onError: (error) => sayError(error, t("state.offline")),
  });
  const pace = !live ? t("world.kept") : rate === 0 ? t("world.paused") : t("world.going", { rate });
  const at = formatInstant(now, { day: true });
  return (
    <div className="ht-world" ref={ref}>
      <button
        type="button"
        className="ht-world-badge"
        aria-label={`${pace} · ${t("world.time")} ${at}`}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        <span className={`ht-dot ht-dot-${live && rate > 0 ? "good" : "neutral"}`} aria-hidden="true" />
        <span className="ht-world-long">{pace} ·</span>
        <span className="ht-world-long">{t("world.time")}</span>
        <time className="ht-time" dateTime={now.toISOString()}>
          {at}
        </time>
      </button>
      <div className="ht-profile-box" id={id} hidden={!open}>
        <p className="ht-profile-name">{pace}</p>
        <p className="ht-note">{t(live ? "world.about" : "world.about_kept")}</p>
        {live && may ? (
          <>
            <p className="ht-profile-label">{t("world.pace")}</p>
            <Choices
              label={t("world.pace")}
              value={String(rate)}
              items={PACES.map((one) => ({ key: String(one), label: one === 0 ? t("world.pause") : `×${one}` }))}
              onChange={(next) => change.mutate(Number(next))}
            />
          </>
        ) : null}
      </div>
    </div>
  );
}
