import { PauseCircleOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { ReasonDialog } from "../../parts/reason-dialog.tsx";
import { Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { formatInstant } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { type Stop, useMessageAct, useStops } from "./messages-data.ts";

type What = Stop["what"];

/** Stops everything or a channel, or lets it out again; asked once more, with the reason. */
export function StopDialog({ what, stop, onClose }: { what: What; stop: Stop | undefined; onClose: () => void }) {
  const t = useTexts("messages");
  const name = what === "all" ? t("stop.everything") : t(`channel.${what}`);
  const begin = useMessageAct((reason: string) => api.post("/api/messages/stops", { what, reason }), {
    done: t("stop.done", { name }),
    onDone: onClose,
    quiet: true,
  });
  const end = useMessageAct(() => api.delete(`/api/messages/stops?what=${what}`), {
    done: t("stop.lifted", { name }),
    onDone: onClose,
    quiet: true,
  });
  if (stop === undefined)
    return (
      <ReasonDialog
        title={t("stop.title", { name })}
        text={t("stop.text")}
        hint={t("stop.hint")}
        act={t("stop.act")}
        danger
        busy={begin.isPending}
        error={begin.error}
        onClose={onClose}
        onAct={(reason) => begin.mutate(reason)}
      />
    );
  return (
    <FormDialog
      title={t("stop.lift_title", { name })}
      act={t("stop.lift")}
      ready
      busy={end.isPending}
      error={end.error}
      onClose={onClose}
      onAct={() => end.mutate(undefined)}
    >
      <p>{t("stop.because", { reason: stop.reason })}</p>
      <p>{t("stop.lift_text")}</p>
    </FormDialog>
  );
}

/** The one big button. */
export function StopCard() {
  const t = useTexts("messages");
  const query = useStops();
  const may = useCan("channels.manage");
  const [open, setOpen] = useState(false);
  return (
    <Loaded query={query} skeleton={<SkeletonBlock height={84} />}>
      {({ items }) => {
        const stop = items.find(({ what }) => what === "all");
        return (
          <section className={`ms-stop${stop === undefined ? "" : " ms-stopped"}`} aria-label={t("stop.card")}>
            <div>
              <h2>{t(stop === undefined ? "stop.going" : "stop.stopped")}</h2>
              <p>
                {stop === undefined
                  ? t("stop.going_text")
                  : t("stop.stopped_text", {
                      who: stop.stopped_by_name ?? "—",
                      at: formatInstant(stop.stopped_at),
                      reason: stop.reason,
                    })}
              </p>
            </div>
            {may ? (
              <Button
                size="large"
                danger={stop === undefined}
                type="primary"
                icon={<PauseCircleOutlined />}
                onClick={() => setOpen(true)}
              >
                {t(stop === undefined ? "stop.all" : "stop.lift_all")}
              </Button>
            ) : null}
            {open ? <StopDialog what="all" stop={stop} onClose={() => setOpen(false)} /> : null}
          </section>
        );
      }}
    </Loaded>
  );
}
