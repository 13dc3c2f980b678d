import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { api } from "../api/client.ts";
import { useSession } from "../api/session.ts";
import { sayError } from "../parts/toast.tsx";
import { formatInstant } from "../texts/format.ts";
import { useTexts } from "../texts/texts.ts";

/** Takes up a colleague's work, or goes back to the own; everything on the page is fetched again. */
function useActFor(): (delegation_id: number | null) => Promise<void> {
  const client = useQueryClient();
  const navigate = useNavigate();
  const t = useTexts();
  return async (delegation_id) => {
    try {
      await api.put("/api/session/acting-for", { delegation_id });
      await navigate("/");
      await client.resetQueries();
    } catch (error) {
      sayError(error, t("state.offline"));
    }
  };
}

/** Says whose work is done, as whom and until when, and leads back. */
export function ActingBar() {
  const t = useTexts();
  const lent = useSession()?.acting_for ?? null;
  const actFor = useActFor();
  if (lent === null) return null;
  return (
    <div className="ht-viewing" role="status">
      <span>
        {t("menu.acting", {
          name: lent.name,
          role: t(`role.${lent.role}`, { defaultValue: lent.role }),
          until: formatInstant(lent.until_at),
        })}
      </span>
      <button type="button" className="ht-link-button" onClick={() => void actFor(null)}>
        {t("menu.stop_acting")}
      </button>
    </div>
  );
}

/** Whose work could be done here: in the account menu, where there is any. */
export function ActForChoice() {
  const t = useTexts();
  const session = useSession();
  const actFor = useActFor();
  if (!session || session.acting_for !== null || session.may_act_for.length === 0) return null;
  return (
    <>
      <p className="ht-profile-label">{t("menu.act_for")}</p>
      {session.may_act_for.map((lent) => (
        <button
          key={lent.delegation_id}
          type="button"
          className="ht-profile-out"
          onClick={() => void actFor(lent.delegation_id)}
        >
          {t("menu.act_for_one", { name: lent.name, role: t(`role.${lent.role}`, { defaultValue: lent.role }) })}
        </button>
      ))}
    </>
  );
}
