export { apply, retract } from "./stage.ts";
