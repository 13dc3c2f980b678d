import { pick, type Translate } from "../../texts/texts.ts";
import { nodeOf, type Problem } from "./journeys-data.ts";

interface Props {
  readonly problems: readonly Problem[];
  /** Goes to the node that it is at. */
  readonly onOpen?: (key: string | undefined) => void;
  readonly t: Translate;
}

/** What stands in the way of publishing, each with a way to its place. */
export function Problems({ problems, onOpen, t }: Props) {
  if (problems.length === 0) return null;
  return (
    <div className="jo-problems" role="alert">
      <p>{t("problems", { n: problems.length })}</p>
      <ul>
        {problems.map((one) => {
          const text = pick(one.zh, one.en);
          return (
            <li key={`${one.path} ${one.code} ${one.en}`}>
              {onOpen === undefined ? (
                <>
                  <code>{one.path.replace("/nodes/", "")}</code> {text}
                </>
              ) : (
                <button type="button" className="jo-problem" onClick={() => onOpen(nodeOf(one))}>
                  {text}
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
