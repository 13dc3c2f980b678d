export { assessCommand } from "./assessment/command.ts";
export { useChannelSim } from "./demo-channels.ts";
export { registerIndicators } from "./indicators.ts";
