import { useQueryClient } from "@tanstack/react-query";
import { LogoutOutlined, SafetyOutlined } from "@ant-design/icons";
import { useEffect, useId, useRef, useState } from "react";
import { Link, useNavigate } from "react-router";
import { api } from "../api/client.ts";
import { SESSION_KEY, useSession } from "../api/session.ts";
import { useLeaveTill } from "../api/till.ts";
import { Choices } from "../parts/chips.tsx";
import { sayError } from "../parts/toast.tsx";
import { ActForChoice } from "./acting-for.tsx";
import { chooseLanguage, useLanguage, useTexts } from "../texts/texts.ts";
import { useThemeState } from "../theme/theme.tsx";

/** Ends the session and forgets everything that was fetched in it. */
export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  const navigate = useNavigate();
  const t = useTexts();
  return async () => {
    try {
      const { url } = await api.post<{ url: string | null }>("/api/session/sso/end");
      client.clear();
      if (url !== null) {
        location.assign(url);
        return;
      }
      await client.invalidateQueries({ queryKey: SESSION_KEY });
      await navigate("/login");
    } catch (error) {
      sayError(error, t("state.offline"));
    }
  };
}

/** Closes a pop-up on Esc and on a click outside. */
export function useDismiss(open: boolean, close: () => void) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const onDown = (event: PointerEvent) => {
      if (!ref.current?.contains(event.target as Node)) close();
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      close();
      ref.current?.querySelector("button")?.focus();
    };
    document.addEventListener("pointerdown", onDown);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("pointerdown", onDown);
      document.removeEventListener("keydown", onKey);
    };
  }, [open, close]);
  return ref;
}

const ROLES = [
  "operator",
  "manager",
  "analyst",
  "agent",
  "clerk",
  "engineer",
  "system_admin",
  "security_admin",
  "audit_admin",
  "privacy_officer",
] as const;

/** Looks through the eyes of another role; everything on the page is fetched again. */
export function useViewAs(): (role: string | null) => Promise<void> {
  const client = useQueryClient();
  const navigate = useNavigate();
  const t = useTexts();
  return async (role) => {
    try {
      await api.put("/api/session/view-as", { role });
      await navigate("/");
      await client.resetQueries();
    } catch (error) {
      sayError(error, t("state.offline"));
    }
  };
}

function ViewAs() {
  const t = useTexts();
  const session = useSession();
  const view = useViewAs();
  if (session?.may_view_as !== true) return null;
  return (
    <>
      <p className="ht-profile-label">{t("menu.view_as")}</p>
      <select
        className="ht-select"
        aria-label={t("menu.view_as")}
        value={session.viewing_as ?? ""}
        onChange={(event) => void view(event.target.value === "" ? null : event.target.value)}
      >
        <option value="">{t("menu.own_eyes")}</option>
        {ROLES.map((role) => (
          <option key={role} value={role}>
            {t(`role.${role}`)}
          </option>
        ))}
      </select>
    </>
  );
}

/** Says whose eyes the page is seen through, and leads back. */
export function ViewingBar() {
  const t = useTexts();
  const role = useSession()?.viewing_as ?? null;
  const view = useViewAs();
  if (role === null) return null;
  return (
    <div className="ht-viewing" role="status">
      <span>{t("menu.viewing", { role: t(`role.${role}`, { defaultValue: role }) })}</span>
      <button type="button" className="ht-link-button" onClick={() => void view(null)}>
        {t("menu.stop_viewing")}
      </button>
    </div>
  );
}

/** The person, the language, the appearance, the way out. */
export function ProfileMenu() {
  const t = useTexts();
  const [open, setOpen] = useState(false);
  const id = useId();
  const session = useSession();
  const person = session?.person;
  const atTablet = session?.at_tablet === true;
  const leave = useLeaveTill();
  const language = useLanguage();
  const theme = useThemeState();
  const signOut = useSignOut();
  const ref = useDismiss(open, () => setOpen(false));
  const name = person?.name ?? "";
  return (
    <div className="ht-profile" ref={ref}>
      <button
        type="button"
        className="ht-avatar"
        aria-label={`${t("menu.profile")} ${name}`}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        {[...name][0] ?? "·"}
      </button>
      <div className="ht-profile-box" id={id} hidden={!open}>
        <p className="ht-profile-name">{name}</p>
        <p className="ht-note">
          {person?.email} · {person ? t(`role.${person.role}`, { defaultValue: person.role }) : ""}
        </p>
        <ViewAs />
        <ActForChoice />
        <p className="ht-profile-label">{t("menu.language")}</p>
        <Choices
          label={t("menu.language")}
          value={language}
          items={[
            { key: "zh", label: "中文" },
            { key: "en", label: "English" },
          ]}
          onChange={(next) => void chooseLanguage(next)}
        />
        <p className="ht-profile-label">{t("menu.theme")}</p>
        <Choices
          label={t("menu.theme")}
          value={theme.wish}
          items={[
            { key: "light", label: t("menu.light") },
            { key: "dark", label: t("menu.dark") },
            { key: "system", label: t("menu.system") },
          ]}
          onChange={theme.choose}
        />
        {atTablet ? null : (
          <Link className="ht-profile-out" to="/me/security" onClick={() => setOpen(false)}>
            <SafetyOutlined /> {t("menu.security")}
          </Link>
        )}
        <button type="button" className="ht-profile-out" onClick={() => void (atTablet ? leave() : signOut())}>
          <LogoutOutlined /> {t(atTablet ? "menu.change_person" : "menu.sign_out")}
        </button>
      </div>
    </div>
  );
}
