import { ApiOutlined, FileAddOutlined, UserAddOutlined } from "@ant-design/icons";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { useCan } from "../../api/session.ts";
import { useTexts } from "../../texts/texts.ts";

interface Step {
  readonly key: "import" | "connect" | "people";
  readonly to: string;
  readonly icon: ReactNode;
  readonly may: boolean;
}

/** What the home page teaches before any data is there. */
export function FirstSteps() {
  const t = useTexts("today");
  const data = useCan("data.manage");
  const people = useCan("people.manage");
  const steps: Step[] = [
    { key: "import", to: "/data/imports?new=1", icon: <FileAddOutlined />, may: data },
    { key: "connect", to: "/data/connect", icon: <ApiOutlined />, may: data },
    { key: "people", to: "/trust/people", icon: <UserAddOutlined />, may: people },
  ];
  return (
    <section className="ht-first" aria-labelledby="first-steps">
      <h2 id="first-steps">{t("empty.title")}</h2>
      <p className="ht-first-text">{t("empty.text")}</p>
      <ol className="ht-first-steps">
        {steps
          .filter((step) => step.may)
          .map((step, at) => (
            <li key={step.key} className="ht-card ht-first-step">
              <span className="ht-empty-icon" aria-hidden="true">
                {step.icon}
              </span>
              <p className="ht-note">{t("empty.step", { n: at + 1 })}</p>
              <h3>{t(`empty.${step.key}`)}</h3>
              <p className="ht-first-why">{t(`empty.${step.key}_text`)}</p>
              <Link className={`ht-button${at === 0 ? " ht-button-primary" : ""}`} to={step.to}>
                {t(`empty.${step.key}_act`)}
              </Link>
            </li>
          ))}
      </ol>
    </section>
  );
}
