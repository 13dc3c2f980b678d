import { PageHeader } from "../../parts/page-header.tsx";
import { useTexts } from "../../texts/texts.ts";

export function MembersPage() {
  const t = useTexts();
  return (
    <div className="ht-page">
      <PageHeader title={t("nav.members")} />
    </div>
  );
}
