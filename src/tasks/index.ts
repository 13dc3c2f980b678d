export { type EndedTask, giveTasks, type NewTask, rehearseTasks } from "./tasks.ts";
