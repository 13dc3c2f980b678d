/** What later domains ask of robots: something for a member, in their own transaction and once under its key. */
export { askErrands, errandRobots, rehearseErrands, robotName } from "./errands.ts";
export { type DemoRobot, useMallOffice } from "./mall-office.ts";
