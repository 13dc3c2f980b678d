import { CheckCircleOutlined } from "@ant-design/icons";
import { Link } from "react-router";
import { durationText } from "../../parts/figures.tsx";
import { EmptyState } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import type { Need, Severity } from "./today-data.ts";

const TONES: Readonly<Record<Severity, string>> = { danger: "bad", warning: "warn", info: "info" };

/** What needs a person, most urgent first, each with the one next step. */
export function Needs({ needs }: { needs: readonly Need[] }) {
  const t = useTexts("today");
  if (needs.length === 0) {
    return <EmptyState small icon={<CheckCircleOutlined />} title={t("needs_none")} text={t("needs_none_text")} />;
  }
  return (
    <ul className="ht-needs">
      {needs.map((need) => (
        <NeedLine key={`${need.code}-${need.link}`} need={need} />
      ))}
    </ul>
  );
}

function NeedLine({ need }: { need: Need }) {
  const t = useTexts("today");
  const known = t(`need.${need.code}.act`, { defaultValue: "" }) !== "";
  const code = known ? need.code : "other";
  const minutes = Number(need.params["minutes"] ?? 0);
  const time = durationText(minutes * 60, (key, more) => t(`shared:${key}`, more));
  const params = { ...need.params, time, code: need.code, count: formatCount(need.count) };
  const text = t(`need.${code}.text`, params);
  return (
    <li className="ht-need">
      <span
        className={`ht-dot ht-dot-${TONES[need.severity]}`}
        role="img"
        aria-label={t(`severity.${need.severity}`)}
      />
      <div className="ht-need-text">
        <p>{t(`need.${code}.title`, params)}</p>
        {text === "" ? null : <p className="ht-note">{text}</p>}
      </div>
      <Link className="ht-button" to={need.link}>
        {t(`need.${code}.act`)}
      </Link>
    </li>
  );
}
