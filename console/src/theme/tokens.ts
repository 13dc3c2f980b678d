/** The console's colours, once: CSS variables (`--ht-*`) and Ant Design's tokens are both made from these. */
export interface Palette {
  readonly page: string;
  readonly surface: string;
  readonly raised: string;
  readonly sunken: string;
  readonly border: string;
  readonly line: string;
  readonly text: string;
  readonly muted: string;
  readonly accent: string;
  readonly accent_strong: string;
  readonly accent_soft: string;
  readonly on_accent: string;
  readonly good: string;
  readonly good_soft: string;
  readonly warn: string;
  readonly warn_soft: string;
  readonly bad: string;
  readonly bad_soft: string;
  readonly info: string;
  readonly info_soft: string;
  readonly focus: string;
  readonly shade: string;
}

export const LIGHT: Palette = {
  page: "#f5f6f3",
  surface: "#ffffff",
  raised: "#ffffff",
  sunken: "#f1f3ef",
  border: "#dfe3dc",
  line: "#ebeee8",
  text: "#1a1f1c",
  muted: "#5f6862",
  accent: "#1f5b41",
  accent_strong: "#174733",
  accent_soft: "#e6f0ea",
  on_accent: "#ffffff",
  good: "#1d6b45",
  good_soft: "#e3f1e9",
  warn: "#8a5200",
  warn_soft: "#faeed9",
  bad: "#b02a1c",
  bad_soft: "#fbe7e3",
  info: "#2a5a8a",
  info_soft: "#e6eef7",
  focus: "#2f8f63",
  shade: "rgb(20 30 24 / 0.10)",
};

export const DARK: Palette = {
  page: "#111412",
  surface: "#191d1b",
  raised: "#212623",
  sunken: "#141816",
  border: "#343b37",
  line: "#272d2a",
  text: "#e6eae7",
  muted: "#9da7a1",
  accent: "#6cc298",
  accent_strong: "#8bd3af",
  accent_soft: "#1d3329",
  on_accent: "#0c1a12",
  good: "#72c99a",
  good_soft: "#17301f",
  warn: "#e0ad5c",
  warn_soft: "#362813",
  bad: "#f08b7d",
  bad_soft: "#3b1f1b",
  info: "#8ab8e6",
  info_soft: "#1a2a3b",
  focus: "#6cc298",
  shade: "rgb(0 0 0 / 0.45)",
};

/** What people's own systems bring: always tried first. */
const SYSTEM_FONTS =
  'system-ui, -apple-system, "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei UI", "Microsoft YaHei", ' +
  '"Noto Sans SC", "Source Han Sans SC", sans-serif';

export const FONT_FAMILY = "var(--ht-font)";

/** System fonts, or the bundled Noto Sans SC before them where the system has no Chinese (screenshots, reports). */
export function fontStack(bundled: boolean): string {
  return bundled ? `"Noto Sans SC Variable", ${SYSTEM_FONTS}` : SYSTEM_FONTS;
}

/** Colour-blind-safe series colours for charts (after Okabe and Ito, the first one our accent). */
export const CHART_COLOURS = ["#2f7d5a", "#d08a1d", "#3b7fb5", "#b5557f", "#7a6bb0", "#8a8f3c"] as const;

/** The palette as CSS custom properties. */
export function paletteCss(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--ht-${name.replaceAll("_", "-")}:${colour}`)
    .join(";");
}
