import { CopyText } from "../../parts/copy-text.tsx";
import { OnceDialog } from "../../parts/once-dialog.tsx";
import { formatInstant } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import type { MadeKey } from "./clients-data.ts";

/** A key, shown this once. */
export function KeyDialog({ made, onClose }: { made: MadeKey; onClose: () => void }) {
  const t = useTexts("clients");
  return (
    <OnceDialog title={t("key_title")} done={t("key_kept")} onClose={onClose}>
      <p>{t("key_text", { until: formatInstant(made.expires_at, { day: true }) })}</p>
      <CopyText text={made.key} label={t("key")} />
      <CopyText text={`curl -H 'authorization: Bearer ${made.key}' ${location.origin}/api/members`} label={t("try")} />
    </OnceDialog>
  );
}
