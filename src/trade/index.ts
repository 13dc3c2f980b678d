export { matchOrder } from "./return.ts";
