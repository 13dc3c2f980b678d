import { StatusDot, type Tone } from "../../parts/chips.tsx";
import { useTexts } from "../../texts/texts.ts";
import type { Endpoint } from "./webhooks-data.ts";

function standing(endpoint: Endpoint): readonly [Tone, string] {
  if (endpoint.state === "disabled") return ["bad", `disabled_${endpoint.disabled_why ?? "exhausted"}`];
  if (endpoint.state === "paused") return ["neutral", "paused"];
  return endpoint.failing_since === null ? ["good", "on"] : ["warn", "failing"];
}

export function EndpointState({ endpoint }: { endpoint: Endpoint }) {
  const t = useTexts("webhooks");
  const [tone, word] = standing(endpoint);
  return <StatusDot tone={tone}>{t(`states.${word}`)}</StatusDot>;
}
