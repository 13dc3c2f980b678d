import "./errors.ts";

export { pullJobs, pullSchedules } from "./jobs.ts";
export { pullRoutes } from "./routes.ts";
