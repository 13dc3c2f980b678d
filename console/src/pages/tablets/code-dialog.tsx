import { CopyText } from "../../parts/copy-text.tsx";
import { OnceDialog } from "../../parts/once-dialog.tsx";
import { formatInstant } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import type { BindingCode } from "./tablets-data.ts";

/** The code of a tablet, shown this once, and where it is typed in. */
export function CodeDialog({ made, onClose }: { made: BindingCode; onClose: () => void }) {
  const t = useTexts("tablets");
  return (
    <OnceDialog title={t("code_title")} done={t("code_done")} onClose={onClose}>
      <p className="ht-binding-code" aria-label={t("code")}>
        {made.code}
      </p>
      <p>{t("code_text", { until: formatInstant(made.expires_at) })}</p>
      <CopyText text={`${location.origin}/till`} label={t("address")} />
    </OnceDialog>
  );
}

/** A one-time link with which a clerk sets their PIN. */
export function PinLinkDialog({ name, link, onClose }: { name: string; link: string; onClose: () => void }) {
  const t = useTexts("tablets");
  return (
    <OnceDialog title={t("link_title", { name })} done={t("code_done")} onClose={onClose}>
      <p>{t("link_text")}</p>
      <CopyText text={link} label={t("link")} />
    </OnceDialog>
  );
}
