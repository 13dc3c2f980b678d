import { askErrands, rehearseErrands } from "../../robots/index.ts";
import type { Node } from "../definition.ts";
import type { Ask, Doer } from "./act.ts";

type RobotNode = Extract<Node, { kind: "robot" }>;

const errandOf = ({ node }: Ask<RobotNode>) => ({ robot_id: node.robot_id, inputs: node.inputs ?? {} });

/** A robot does something for the member when its run comes; the member does not wait for it. */
export const robot: Doer<RobotNode> = {
  act: (tx, ground, asks) =>
    askErrands(
      tx,
      ground,
      asks.map((ask) => ({ ...errandOf(ask), key: ask.key, member_id: ask.member_id })),
    ),
  rehearse: (tx, _ground, asks) => rehearseErrands(tx, asks.map(errandOf)),
};
