export { advance } from "./advance.ts";
export { enterByApi, enterPresent } from "./enter.ts";
export type { JourneyDefinition } from "./definition.ts";
export { changeState, publishJourney, saveJourney } from "./journeys.ts";
