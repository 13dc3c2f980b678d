import type { ReactNode } from "react";
import { useSession } from "../api/session.ts";
import "../parts/form.css";
import "../parts/page.css";
import { chooseLanguage, useLanguage, useTexts } from "../texts/texts.ts";

/** The frame of log-in and set-up: brand, one form, language. */
export function Door({ children }: { children: ReactNode }) {
  const t = useTexts();
  const language = useLanguage();
  const brand = useSession()?.brand_name;
  return (
    <main className="ht-door">
      <div className="ht-door-box">
        <p className="ht-door-brand">
          <img src="/huitou.svg" alt="" width={32} height={32} />
          {t("brand")}
          <span className="ht-door-owner">{brand}</span>
        </p>
        {children}
        <div className="ht-door-foot">
          <span>{t("door_line")}</span>
          <button
            type="button"
            className="ht-link-button"
            lang={language === "zh" ? "en" : "zh-CN"}
            onClick={() => void chooseLanguage(language === "zh" ? "en" : "zh")}
          >
            {language === "zh" ? "English" : "中文"}
          </button>
        </div>
      </div>
    </main>
  );
}
