/** What later domains ask of robots: a run, asked for inside their transaction and once under its key. */
export { type Asking, requestRun } from "./robots.ts";
export { type DemoRobot, useMallOffice } from "./mall-office.ts";
