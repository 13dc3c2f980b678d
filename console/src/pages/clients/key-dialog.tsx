import Button from "antd/es/button";
import { CopyText } from "../../parts/copy-text.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { formatInstant } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import type { MadeKey } from "./clients-data.ts";

/** A key, shown this once. */
export function KeyDialog({ made, onClose }: { made: MadeKey; onClose: () => void }) {
  const t = useTexts("clients");
  return (
    <Dialog
      open
      title={t("key_title")}
      onClose={onClose}
      footer={
        <Button type="primary" onClick={onClose}>
          {t("key_kept")}
        </Button>
      }
    >
      <div className="ht-stack">
        <p>{t("key_text", { until: formatInstant(made.expires_at, { day: true }) })}</p>
        <CopyText text={made.key} label={t("key")} />
        <CopyText
          text={`curl -H 'authorization: Bearer ${made.key}' ${location.origin}/api/members`}
          label={t("try")}
        />
      </div>
    </Dialog>
  );
}
