import type { ReactNode } from "react";
import "../parts/form.css";
import "../parts/page.css";
import { useTexts } from "../texts/texts.ts";
import { DoorSign, OtherLanguage } from "./door-parts.tsx";

/** The frame of log-in and set-up: brand, one form, language. */
export function Door({ children }: { children: ReactNode }) {
  const t = useTexts();
  return (
    <main className="ht-door">
      <div className="ht-door-box">
        <DoorSign className="ht-door-brand" size={32}>
          {t("brand")}
        </DoorSign>
        {children}
        <div className="ht-door-foot">
          <span>{t("door_line")}</span>
          <OtherLanguage />
        </div>
      </div>
    </main>
  );
}
