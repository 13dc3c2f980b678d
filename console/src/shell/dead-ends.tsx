import { Link } from "react-router";
import { EmptyState } from "../parts/states.tsx";
import { useTexts } from "../texts/texts.ts";

export function NotFound() {
  const t = useTexts();
  return (
    <>
      <h1 className="ht-hidden">{t("state.not_found_title")}</h1>
      <EmptyState
        title={t("state.not_found_title")}
        text={t("state.not_found")}
        action={<Link to="/">{t("state.go_home")}</Link>}
      />
    </>
  );
}

export function NoPermission({ permission }: { permission: string }) {
  const t = useTexts();
  return (
    <>
      <h1 className="ht-hidden">{t("state.no_permission_title")}</h1>
      <EmptyState title={t("state.no_permission_title")} text={t("state.no_permission", { permission })} />
    </>
  );
}
