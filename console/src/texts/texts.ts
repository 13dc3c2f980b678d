import i18next from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";
import en from "./en.json";
import zh from "./zh.json";

export type Language = "zh" | "en";

/** Texts of one page folder: key → sentence with {{placeholders}}; nested groups are reached by dots. */
export interface TextTree {
  readonly [key: string]: string | TextTree;
}

const STORE_KEY = "huitou.language";

function firstLanguage(): Language {
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked === "zh" || asked === "en") return asked;
  return localStorage.getItem(STORE_KEY) === "en" ? "en" : "zh";
}

await i18next.use(initReactI18next).init({
  lng: firstLanguage(),
  fallbackLng: "zh",
  ns: ["shared"],
  defaultNS: "shared",
  resources: { zh: { shared: zh }, en: { shared: en } },
  interpolation: { escapeValue: false },
  react: { useSuspense: false },
});
document.documentElement.lang = firstLanguage() === "zh" ? "zh-CN" : "en";

/** Adds the texts of one page folder; called at the top of its modules, before the first render. */
export function addTexts(namespace: string, texts: { zh: TextTree; en: TextTree }): void {
  i18next.addResourceBundle("zh", namespace, texts.zh, true, true);
  i18next.addResourceBundle("en", namespace, texts.en, true, true);
}

export type Translate = (key: string, params?: Record<string, unknown>) => string;

/** The translate function of one namespace; `shared:` reaches the common words. */
export function useTexts(namespace = "shared"): Translate {
  const { t } = useTranslation(namespace);
  return t as unknown as Translate;
}

export function currentLanguage(): Language {
  return i18next.language === "en" ? "en" : "zh";
}

/** Re-renders when the language changes. */
export function useLanguage(): Language {
  const { i18n } = useTranslation();
  return i18n.language === "en" ? "en" : "zh";
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(STORE_KEY, language);
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  await i18next.changeLanguage(language);
}

/** Picks the sentence of the current language from a server answer that carries both. */
export function pick(zhText: string | null | undefined, enText: string | null | undefined): string {
  return (currentLanguage() === "en" ? (enText ?? zhText) : (zhText ?? enText)) ?? "";
}
