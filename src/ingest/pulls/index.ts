import "./errors.ts";

export { pullJobs, pullSchedules } from "./jobs.ts";
export { addPull, type PullInput, type PullResult, removePull, runPull } from "./pull.ts";
export { pullRoutes } from "./routes.ts";
