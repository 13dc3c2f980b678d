import { CheckOutlined, CloseOutlined, SearchOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useEffect, useId, useState } from "react";
import { Link } from "react-router";
import { Dialog } from "../../parts/dialog.tsx";
import { usePaused } from "../../parts/paused.ts";
import { ErrorState, SkeletonText } from "../../parts/states.tsx";
import { formatInstant } from "../../texts/format.ts";
import { pick, useLanguage, useTexts } from "../../texts/texts.ts";
import { useMember, useMemberSearch } from "../members/member-data.ts";
import { conditionText } from "./condition-text.ts";
import { type Explained, useExplanation } from "./explain-data.ts";
import { deciding, partAt } from "./model/judgement.ts";
import { fromTree } from "./model/reading.ts";
import type { TreeNode, Vocabulary } from "./model/vocabulary.ts";
import { useSegments } from "./segment-data.ts";
import { useAddress } from "./use-address.ts";
import "./explain.css";

interface ExplainProps {
  /** The condition as JSON text, saved or not. */
  readonly condition: string;
  readonly vocabulary: Vocabulary;
}

/** Value of `explain` in the address while no member is chosen yet. */
export const EXPLAIN_OPEN = "?";

/** "Why is this member in or not": a member is found, then every part of the condition is judged. `?explain=17` opens it. */
export function ExplainDialog({ condition, vocabulary }: ExplainProps) {
  const t = useTexts("segments");
  const [params, setAddress] = useAddress();
  const asked = params.get("explain");
  const member = asked === null || asked === EXPLAIN_OPEN ? "" : asked;
  return (
    <Dialog
      open={asked !== null}
      title={t("explain.title")}
      place="side"
      wide
      onClose={() => {
        if (asked !== null) setAddress({ explain: null });
      }}
    >
      {member === "" ? (
        <FindMember onChoose={(id) => setAddress({ explain: String(id) })} />
      ) : (
        <Judgement
          condition={condition}
          vocabulary={vocabulary}
          memberId={member}
          onAnother={() => setAddress({ explain: EXPLAIN_OPEN })}
        />
      )}
    </Dialog>
  );
}

function FindMember({ onChoose }: { onChoose: (memberId: number) => void }) {
  const t = useTexts("segments");
  const id = useId();
  const [text, setText] = useState("");
  const asked = usePaused(text.trim());
  const found = useMemberSearch(asked);
  const rows = asked === "" ? [] : (found.data?.items ?? []);
  useEffect(() => document.getElementById(id)?.focus(), [id]);
  return (
    <>
      <label className="ex-search" htmlFor={id}>
        <SearchOutlined aria-hidden="true" />
        <input
          id={id}
          type="search"
          className="ht-input"
          value={text}
          aria-label={t("explain.find")}
          placeholder={t("explain.find")}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && rows[0] !== undefined) onChoose(rows[0].member_id);
          }}
        />
      </label>
      {found.error ? <ErrorState small error={found.error} /> : null}
      {asked === "" ? <p className="ht-note ex-hint">{t("explain.find_hint")}</p> : null}
      {asked !== "" && found.data !== undefined && rows.length === 0 ? (
        <p className="ht-note ex-hint">{t("explain.nobody")}</p>
      ) : null}
      <ul className="ex-found">
        {rows.map((row) => (
          <li key={row.member_id}>
            <button type="button" onClick={() => onChoose(row.member_id)}>
              <b>{row.name_masked ?? t("explain.no_name")}</b>
              <span>{row.phone_masked}</span>
              <span className="ht-note">{row.home_store}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

interface JudgementProps extends ExplainProps {
  readonly memberId: string;
  readonly onAnother: () => void;
}

function Judgement({ condition, vocabulary, memberId, onAnother }: JudgementProps) {
  const t = useTexts("segments");
  const language = useLanguage();
  const member = useMember(memberId);
  const query = useExplanation(condition, memberId);
  const tree = condition === "" ? null : (JSON.parse(condition) as TreeNode);
  const kept = useSegments().data?.items;
  const conditionOf = (id: number) => kept?.find((one) => one.segment_id === id)?.condition;
  const draftOf = (part: Explained) => {
    const node = tree === null ? null : partAt(tree, part.path, conditionOf);
    return node === null ? null : fromTree(node, vocabulary);
  };
  const words: Words = {
    // the builder's own words where it has some, else the server's
    sentence: (part) => {
      const draft = draftOf(part);
      return draft === null ? pick(part.zh, part.en) : conditionText(draft, vocabulary, language, t);
    },
    single: (part) => {
      const only = draftOf(part)?.children;
      return part.kind !== "segment" && only?.length === 1 && only[0]?.type !== "group";
    },
  };
  const answer = query.data;
  const failed = answer === undefined ? [] : deciding(answer.root, words.single);
  return (
    <>
      <div className="ex-who">
        <Link to={`/members/${memberId}`}>{member.data?.name_masked ?? t("explain.member", { id: memberId })}</Link>
        <span className="ht-note">{member.data?.phone_masked}</span>
        <Button size="small" onClick={onAnother}>
          {t("explain.another")}
        </Button>
      </div>
      {condition === "" ? <p className="ht-note">{t("count.empty")}</p> : null}
      {query.error ? <ErrorState small error={query.error} retry={() => void query.refetch()} /> : null}
      {condition !== "" && answer === undefined && !query.error ? <SkeletonText lines={6} /> : null}
      {answer === undefined ? null : (
        <>
          <p className={`ex-verdict ex-${answer.holds ? "in" : "out"}`}>
            <Mark holds={answer.holds} />
            {answer.holds ? t("explain.in") : t("explain.out", { n: failed.length })}
          </p>
          <ul className="ex-tree">
            <Branch part={answer.root} words={words} />
          </ul>
          <p className="ht-note">{t("explain.as_of", { at: formatInstant(answer.as_of) })}</p>
        </>
      )}
    </>
  );
}

function Mark({ holds }: { holds: boolean }) {
  const t = useTexts("segments");
  return (
    <>
      {holds ? <CheckOutlined aria-hidden="true" /> : <CloseOutlined aria-hidden="true" />}
      <span className="ht-hidden">{t(holds ? "explain.holds" : "explain.fails")}</span>
    </>
  );
}

interface Words {
  readonly sentence: (part: Explained) => string;
  /** Whether the builder says a part in one sentence, though the tree has several parts for it. */
  readonly single: (part: Explained) => boolean;
}

interface BranchProps {
  readonly part: Explained;
  readonly words: Words;
}

const JOINS = { and: "explain.all_of", or: "explain.any_of", not: "explain.none_of" } as const;

/** The member's own value behind a sentence; "between" and "is not" have it one level down. */
function actualOf(part: Explained, single: boolean): Explained["actual"] {
  if (part.actual !== undefined || !single) return part.actual;
  const inner = part.parts.map((child) => child.actual);
  const [first] = inner;
  return inner.every((one) => one !== undefined && one.value === first?.value) ? first : undefined;
}

/** A part and its parts: groups say how their parts are joined, conditions say what is wanted and what is there. */
function Branch({ part, words }: BranchProps) {
  const t = useTexts("segments");
  const group = part.kind === "and" || part.kind === "or" || part.kind === "not";
  const single = group && words.single(part);
  const only = part.parts.length === 1 && part.kind !== "not" && group ? part.parts[0] : undefined;
  if (only !== undefined) return <Branch part={only} words={words} />;
  const children = single ? [] : part.parts;
  const actual = actualOf(part, single);
  return (
    <li className={`ex-part ex-${part.holds ? "in" : "out"}`}>
      <div className="ex-line">
        <Mark holds={part.holds} />
        <span>
          {group && !single ? t(JOINS[part.kind as keyof typeof JOINS]) : words.sentence(part)}
          {actual === undefined ? null : (
            <span className="ex-actual">
              {t("explain.actual")} <b>{pick(actual.zh, actual.en)}</b>
            </span>
          )}
        </span>
      </div>
      {children.length === 0 ? null : (
        <ul className="ex-tree">
          {children.map((child) => (
            <Branch key={child.path} part={child} words={words} />
          ))}
        </ul>
      )}
    </li>
  );
}
