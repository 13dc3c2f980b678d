import theme from "antd/es/theme";
import ConfigProvider from "antd/es/config-provider";
import enUS from "antd/es/locale/en_US";
import zhCN from "antd/es/locale/zh_CN";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { useLanguage } from "../texts/texts.ts";
import { DARK, FONT_FAMILY, fontStack, LIGHT, paletteCss } from "./tokens.ts";

export type ThemeWish = "light" | "dark" | "system";

interface ThemeState {
  readonly wish: ThemeWish;
  readonly dark: boolean;
  readonly choose: (wish: ThemeWish) => void;
}

const ThemeContext = createContext<ThemeState>({ wish: "system", dark: false, choose: () => undefined });
const STORE_KEY = "huitou.theme";

export function useThemeState(): ThemeState {
  return useContext(ThemeContext);
}

function readWish(): ThemeWish {
  const kept = localStorage.getItem(STORE_KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

const styles = document.createElement("style");
styles.textContent = `:root{${paletteCss(LIGHT)};--ht-font:${fontStack(false)}}:root[data-theme="dark"]{${paletteCss(DARK)}}`;
document.head.append(styles);

/** Ant Design's tokens from our palette: compact, one accent, no shadows where a line does. */
function antTheme(dark: boolean) {
  const palette = dark ? DARK : LIGHT;
  return {
    algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    cssVar: { key: "ht" },
    hashed: false,
    token: {
      colorPrimary: palette.accent,
      colorLink: palette.accent,
      colorText: palette.text,
      colorTextSecondary: palette.muted,
      colorTextTertiary: palette.muted,
      colorTextDescription: palette.muted,
      colorTextPlaceholder: palette.muted,
      colorBgContainer: palette.surface,
      colorBgElevated: palette.raised,
      colorBgLayout: palette.page,
      colorBorder: palette.border,
      colorBorderSecondary: palette.line,
      colorError: palette.bad,
      colorWarning: palette.warn,
      colorSuccess: palette.good,
      fontFamily: FONT_FAMILY,
      fontSize: 14,
      borderRadius: 6,
      controlHeight: 32,
      motionDurationMid: "0.12s",
      motionDurationSlow: "0.16s",
    },
    components: {
      Button: {
        primaryColor: palette.on_accent,
        dangerColor: palette.on_accent,
        primaryShadow: "none",
        defaultShadow: "none",
        dangerShadow: "none",
        fontWeight: 500,
        paddingInline: 14,
        paddingInlineSM: 8,
        contentFontSizeSM: 13,
      },
    },
  };
}

/** Gives light or dark, Ant Design's tokens and its locale to everything below. */
export function Theme({ children }: { children: ReactNode }) {
  const [wish, setWish] = useState<ThemeWish>(readWish);
  const [systemDark, setSystemDark] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  const language = useLanguage();
  useEffect(() => {
    const media = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => setSystemDark(media.matches);
    media.addEventListener("change", follow);
    return () => media.removeEventListener("change", follow);
  }, []);
  const dark = wish === "dark" || (wish === "system" && systemDark);
  useEffect(() => {
    document.documentElement.dataset["theme"] = dark ? "dark" : "light";
  }, [dark]);
  const state = useMemo<ThemeState>(
    () => ({
      wish,
      dark,
      choose: (next) => {
        localStorage.setItem(STORE_KEY, next);
        setWish(next);
      },
    }),
    [wish, dark],
  );
  return (
    <ThemeContext.Provider value={state}>
      <ConfigProvider
        theme={antTheme(dark)}
        locale={language === "zh" ? zhCN : enUS}
        button={{ autoInsertSpace: false }}
      >
        {children}
      </ConfigProvider>
    </ThemeContext.Provider>
  );
}
