import type { ReactNode } from "react";
import { useSession } from "../api/session.ts";
import { chooseLanguage, useLanguage } from "../texts/texts.ts";

interface SignProps {
  readonly className: string;
  readonly size: number;
  /** Before the brand's own name. */
  readonly children?: ReactNode;
}

/** Whose door it is: the sign, and the brand's name where it is known. */
export function DoorSign({ className, size, children }: SignProps) {
  const brand = useSession()?.brand_name;
  return (
    <p className={className}>
      <img src="/huitou.svg" alt="" width={size} height={size} />
      {children}
      <span className="ht-door-owner">{brand}</span>
    </p>
  );
}

/** The other language, named in itself. */
export function OtherLanguage() {
  const language = useLanguage();
  return (
    <button
      type="button"
      className="ht-link-button"
      lang={language === "zh" ? "en" : "zh-CN"}
      onClick={() => void chooseLanguage(language === "zh" ? "en" : "zh")}
    >
      {language === "zh" ? "English" : "中文"}
    </button>
  );
}
