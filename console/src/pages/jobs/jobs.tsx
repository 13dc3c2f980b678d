import { PageHeader } from "../../parts/page-header.tsx";
import { useTexts } from "../../texts/texts.ts";

export function JobsPage() {
  const t = useTexts();
  return (
    <div className="ht-page">
      <PageHeader title={t("nav.jobs")} />
    </div>
  );
}
