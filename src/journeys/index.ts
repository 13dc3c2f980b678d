export { advance } from "./advance.ts";
export { enterPast } from "./enter-past.ts";
export { enterByApi, enterPresent } from "./enter.ts";
export type { JourneyDefinition } from "./definition.ts";
export { changeState, publishJourney, saveJourney } from "./journeys.ts";
export { hearCredits } from "./own-events.ts";
export { makeScene } from "./scenes/make-scene.ts";
export { enterScheduled } from "./schedule/enter-scheduled.ts";
