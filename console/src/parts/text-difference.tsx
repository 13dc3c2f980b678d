import { useTexts } from "../texts/texts.ts";
import "./text-difference.css";
import { differenceOf } from "./text-difference.ts";

/** A text with what went struck through and what came underlined; the words for both are there for those who do not see it. */
export function TextDifference({ before, after }: { before: string; after: string }) {
  const t = useTexts();
  const said = (word: string) => <span className="ht-hidden">{word}</span>;
  // pieces never move while they are shown: their place is their name
  return (
    <p className="ht-text-difference">
      {differenceOf(before, after).map(({ kind, text }, place) => {
        const key = `${place} ${kind}`;
        if (kind === "same") return <span key={key}>{text}</span>;
        if (kind === "removed")
          return (
            <del key={key}>
              {said(t("difference.removed"))}
              {text}
            </del>
          );
        return (
          <ins key={key}>
            {said(t("difference.added"))}
            {text}
          </ins>
        );
      })}
    </p>
  );
}
