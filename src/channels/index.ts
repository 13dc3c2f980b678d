/**
 * What later domains ask of channels. Messages to members are asked for inside the caller's transaction and go through one
 * gate; how they ended is told by the outbox event `channels.ended` with an `EndedMessages`.
 */
export {
  cancelMessages,
  type Category,
  type Channel,
  type EndedMessage,
  type EndedMessages,
  HELD_REASONS,
  type HeldReason,
  type MessageRequest,
  REQUESTS_MAX,
  requestMessages,
} from "./messages/request.ts";
export { type Fate, fatesOf, templateNames } from "./messages/fate.ts";
export { type Previewed, previewTemplate } from "./messages/preview.ts";
export { type RehearsedFate, rehearseMessages, type RehearsedRequest } from "./messages/rehearse.ts";
export { REASON_WORDS } from "./messages/reasons.ts";
export type { Requested } from "./messages/message-store.ts";
export { type TemplateChoice, templateChoices } from "./messages/template-store.ts";
export { type MessageSim, useMessageSim } from "./messages/demo-carriers.ts";
export { type ShippedTemplate, shipTemplates } from "./messages/ship-templates.ts";
export type { Content } from "./messages/template.ts";
export { endpointNames } from "./webhooks/endpoint-store.ts";
export { type EndpointMessage, rehearseTelling, tellEndpoint } from "./webhooks/tell-endpoint.ts";
export { type SentBy, sentBy } from "./messages/share-store.ts";
export { saveSeed } from "./messages/seed-store.ts";
export { type WithdrawalTrial, withdrawalTrial } from "./messages/withdrawal-trial.ts";
