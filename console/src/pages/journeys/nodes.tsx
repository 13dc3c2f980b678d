import {
  BranchesOutlined,
  ClockCircleOutlined,
  CrownOutlined,
  ExperimentOutlined,
  FieldTimeOutlined,
  GiftOutlined,
  HeartOutlined,
  LoginOutlined,
  MessageOutlined,
  QuestionCircleOutlined,
  RetweetOutlined,
  RobotOutlined,
  SendOutlined,
  SolutionOutlined,
  StopOutlined,
  TagOutlined,
} from "@ant-design/icons";
import { Fragment, type ReactNode } from "react";
import { formatCount } from "../../texts/format.ts";
import { pick, type Translate } from "../../texts/texts.ts";
import { type Journey, type JourneyDefinition, nodeOf, type Place } from "./journeys-data.ts";
import { waysOf } from "./model/graph.ts";

export const ICONS: Readonly<Record<string, ReactNode>> = {
  wait: <ClockCircleOutlined />,
  wait_until: <ClockCircleOutlined />,
  window: <FieldTimeOutlined />,
  condition: <QuestionCircleOutlined />,
  random: <BranchesOutlined />,
  message: <MessageOutlined />,
  points: <GiftOutlined />,
  coupon: <TagOutlined />,
  benefit: <HeartOutlined />,
  tier: <CrownOutlined />,
  webhook: <SendOutlined />,
  jump: <RetweetOutlined />,
  enter: <LoginOutlined />,
  ab: <ExperimentOutlined />,
  staff_task: <SolutionOutlined />,
  robot: <RobotOutlined />,
  exit: <StopOutlined />,
};

/** A node with its number on the page, and where its ways lead. */
export interface Placed {
  readonly key: string;
  readonly kind: string;
  readonly number: number;
  readonly ways: readonly string[];
}

/** Nodes as one comes to them: each after the first that leads to it, ends last. */
export function inOrder({ start, nodes }: JourneyDefinition, known: Journey["nodes"]): Placed[] {
  const order: string[] = [];
  const visit = (key: string) => {
    const node = nodes[key];
    if (node === undefined || order.includes(key) || known[key] === undefined) return;
    order.push(key);
    for (const way of waysOf(node)) visit(way);
  };
  visit(start);
  for (const key of Object.keys(nodes)) visit(key);
  const ends = order.filter((key) => nodes[key]?.kind === "exit");
  return [...order.filter((key) => !ends.includes(key)), ...ends].map((key, at) => ({
    key,
    kind: nodes[key]?.kind ?? "",
    number: at + 1,
    ways: waysOf(nodes[key] ?? { kind: "exit" }),
  }));
}

interface Props {
  readonly data: Journey;
  readonly order: readonly Placed[];
  readonly onPlace: (place: Place) => void;
  readonly t: Translate;
}

/** Each node in a sentence, who stands there, and how many took which way. */
export function JourneyNodes({ data, order, onPlace, t }: Props) {
  const numbers = new Map(order.map((one) => [one.key, one.number]));
  const troubled = new Set(data.problems.map(nodeOf));
  return (
    <ol className="jo-nodes">
      {order.map((placed) => {
        const words = data.nodes[placed.key];
        const waiting = data.waiting[placed.key] ?? 0;
        const place = { version: data.shown, node: placed.key };
        return (
          <li key={placed.key} className={`jo-node jo-${placed.kind}${troubled.has(placed.key) ? " jo-bad" : ""}`}>
            <span className="jo-number">{placed.number}</span>
            <span className="jo-icon" aria-hidden="true">
              {ICONS[placed.kind]}
            </span>
            <div className="jo-text">
              <p>{pick(words?.zh ?? placed.key, words?.en ?? placed.key)}</p>
              <p className="jo-ways">
                {placed.ways.map((to, way) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a way is its place
                  <Fragment key={way}>
                    <Way
                      word={pick(words?.ways[way]?.zh ?? "", words?.ways[way]?.en ?? "")}
                      to={numbers.get(to)}
                      members={data.passed[placed.key]?.[way] ?? 0}
                      onOpen={() => onPlace({ ...place, way })}
                      t={t}
                    />
                  </Fragment>
                ))}
              </p>
            </div>
            {waiting > 0 ? (
              <button type="button" className="jo-count" onClick={() => onPlace(place)}>
                <b>{formatCount(waiting)}</b> {t("here")}
              </button>
            ) : (
              <span className="jo-count jo-none">{placed.kind === "exit" ? "" : t("nobody_here")}</span>
            )}
          </li>
        );
      })}
    </ol>
  );
}

interface WayProps {
  readonly word: string;
  readonly to: number | undefined;
  readonly members: number;
  readonly onOpen: () => void;
  readonly t: Translate;
}

function Way({ word, to, members, onOpen, t }: WayProps) {
  const label = `${word === "" ? "" : `${word} `}→ ${to ?? "?"}`;
  if (members === 0) return <span className="jo-way jo-none">{label}</span>;
  return (
    <button type="button" className="jo-way" onClick={onOpen}>
      {label} · <b>{formatCount(members)}</b> {t("people")}
    </button>
  );
}
