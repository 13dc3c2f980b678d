import { formatRatio } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import "../../parts/job-progress.css";

/** In the place of an answer that waits for the copy of all tags: what is being done, and how far it is. */
export function Preparing({ copy }: { copy: { readonly done: number; readonly total: number } }) {
  const t = useTexts("segments");
  const known = copy.total > 0;
  const share = known ? copy.done / copy.total : 0;
  return (
    <div role="status">
      <p>{known ? t("preparing.share", { share: formatRatio(share, 0) }) : t("preparing.title")}</p>
      <progress
        className="ht-progress ht-progress-running"
        aria-label={t("preparing.title")}
        max={1}
        {...(known ? { value: share } : {})}
      />
      <p className="ht-note">{t("preparing.note")}</p>
    </div>
  );
}
