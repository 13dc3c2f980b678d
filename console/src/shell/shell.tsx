import { MenuOutlined, SearchOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import { useLocation } from "react-router";
import { SkeletonText } from "../parts/states.tsx";
import { Toasts } from "../parts/toast.tsx";
import { ROUTES } from "../routes.tsx";
import { useTexts } from "../texts/texts.ts";
import { ActingBar } from "./acting-for.tsx";
import { CrashGuard } from "./crash-guard.tsx";
import { ApprovalReasonDialog } from "./approval-reason-dialog.tsx";
import { StepUpDialog } from "./step-up-dialog.tsx";
import { Palette } from "./palette.tsx";
import { ProfileMenu, ViewingBar } from "./profile-menu.tsx";
import { SideBar } from "./side-bar.tsx";
import { TabletBar } from "./tablet-bar.tsx";
import { WorldBadge } from "./world-badge.tsx";
import "./shell.css";

const MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Once the first page stands, the other pages' chunks are fetched while nothing else is to do. */
function usePreload(): void {
  useEffect(() => {
    const idle = window.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 500));
    const wait = setTimeout(() => {
      let at = 0;
      const next = () => {
        const route = ROUTES[at];
        at += 1;
        if (route) void route.preload().finally(() => idle(next));
      };
      idle(next);
    }, 3000);
    return () => clearTimeout(wait);
  }, []);
}

/** ⌘K and Ctrl-K from anywhere; "/" outside of fields. */
function usePaletteKeys(open: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = (event.target as HTMLElement).closest("input,textarea,select,[contenteditable]") !== null;
      const wanted =
        (event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey)) || (event.key === "/" && !typing);
      if (!wanted) return;
      event.preventDefault();
      open();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [open]);
}

/** On a new page the focus goes to its content and the scroll to its top. */
function usePageFocus() {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const first = useRef(true);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return main;
}

function TopBar({ onMenu, onPalette }: { onMenu: () => void; onPalette: () => void }) {
  const t = useTexts();
  return (
    <header className="ht-top">
      <Button
        className="ht-menu-button"
        type="text"
        icon={<MenuOutlined />}
        aria-label={t("nav.open")}
        onClick={onMenu}
      />
      <button type="button" className="ht-search" onClick={onPalette} aria-keyshortcuts="Control+K Meta+K">
        <SearchOutlined />
        <span>{t("palette.hint")}</span>
        <kbd>{MAC ? "⌘K" : "Ctrl K"}</kbd>
      </button>
      <WorldBadge />
      <ProfileMenu />
    </header>
  );
}

/** Navigation at the left, search and account above, the page in the middle. */
export function Shell({ children }: { children: ReactNode }) {
  const t = useTexts();
  const [palette, setPalette] = useState(false);
  const [drawer, setDrawer] = useState(false);
  const { pathname } = useLocation();
  const main = usePageFocus();
  usePreload();
  usePaletteKeys(() => setPalette(true));
  useEffect(() => {
    if (!drawer) return;
    const onKey = (event: KeyboardEvent) => event.key === "Escape" && setDrawer(false);
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [drawer]);
  return (
    <div className={`ht-shell${drawer ? " ht-shell-drawer" : ""}`}>
      <a className="ht-skip" href="#main">
        {t("nav.skip")}
      </a>
      <SideBar onGo={() => setDrawer(false)} />
      <button type="button" className="ht-scrim" aria-label={t("nav.close")} onClick={() => setDrawer(false)} />
      <div className="ht-body">
        <TopBar onMenu={() => setDrawer(true)} onPalette={() => setPalette(true)} />
        <ViewingBar />
        <ActingBar />
        <TabletBar />
        <main id="main" ref={main} tabIndex={-1} className="ht-main">
          <CrashGuard key={pathname}>
            <Suspense fallback={<SkeletonText lines={6} />}>{children}</Suspense>
          </CrashGuard>
        </main>
      </div>
      <Palette open={palette} onClose={() => setPalette(false)} />
      <StepUpDialog />
      <ApprovalReasonDialog />
      <Toasts />
    </div>
  );
}
