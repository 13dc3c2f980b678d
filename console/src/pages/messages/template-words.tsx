import { Chip, StatusDot, type Tone } from "../../parts/chips.tsx";
import { useTexts } from "../../texts/texts.ts";
import type { Category, Channel, Content, Version, VersionState } from "./messages-data.ts";

const TONES: Readonly<Record<VersionState, Tone>> = {
  draft: "neutral",
  submitted: "warn",
  approved: "good",
  rejected: "bad",
  retired: "neutral",
};

export function VersionStatus({ state }: { state: VersionState }) {
  const t = useTexts("messages");
  return <StatusDot tone={TONES[state]}>{t(`version_state.${state}`)}</StatusDot>;
}

export function ChannelChips({ channel, category }: { channel: Channel; category: Category }) {
  const t = useTexts("messages");
  return (
    <span className="ht-row">
      <Chip tone="info">{t(`channel.${channel}`)}</Chip>
      <Chip>{t(`category.${category}`)}</Chip>
    </span>
  );
}

/** All that a content says, as one text to be compared. */
export function wholeText(content: Content): string {
  const parts = [
    content.sign_name === undefined ? "" : `【${content.sign_name}】`,
    content.service_template ?? "",
    content.title ?? "",
    content.text,
    content.link ?? "",
    content.page ?? "",
    ...Object.entries(content.parameters ?? {}).map(([name, value]) => `${name} = ${value}`),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** The version that counts for a list: the one in use, else the newest. */
export const inUse = (versions: readonly Version[]): Version | undefined =>
  versions.find(({ state }) => state === "approved") ?? versions[0];
