import { pick, type Translate } from "../../texts/texts.ts";
import { JourneyCanvas } from "./canvas.tsx";
import type { CanvasView } from "./canvas-parts.tsx";
import { type Dry, dryCounts } from "./dry-run-panel.tsx";
import { type Journey, type JourneyDefinition, nodeOf, type Place } from "./journeys-data.ts";
import { ENTRY } from "./model/layout.ts";

interface Props {
  readonly data: Journey;
  readonly definition: JourneyDefinition;
  readonly onPlace: (place: Place) => void;
  /** Numbers of a dry run in the place of those of members who really went. */
  readonly dry: Dry | undefined;
  readonly t: Translate;
}

/** A version as it stands: who is where, how many went which way. */
export function JourneyPicture({ data, definition, onPlace, dry, t }: Props) {
  const words = (key: string) => data.nodes[key];
  const version = data.shown;
  const view: CanvasView = {
    editing: false,
    selected: null,
    kindOf: (key) => (key === ENTRY ? "entry" : (definition.nodes[key]?.kind ?? "exit")),
    textOf: (key) =>
      key === ENTRY ? pick(data.entry.zh, data.entry.en) : pick(words(key)?.zh, words(key)?.en) || t("no_words"),
    troubleOf: (key) => {
      const found = data.problems.find((one) => (nodeOf(one) ?? ENTRY) === key);
      return found === undefined ? undefined : pick(found.zh, found.en);
    },
    waiting: (key) => data.waiting[key] ?? 0,
    wayText: (from, way) => pick(words(from)?.ways[way]?.zh, words(from)?.ways[way]?.en),
    passed: (from, way) => (from === ENTRY ? undefined : data.passed[from]?.[way]),
    onSelect: (key) => {
      if (key !== null && key !== ENTRY && (data.waiting[key] ?? 0) > 0) onPlace({ version, node: key });
    },
    onWaiting: (node) => onPlace({ version, node }),
    onPassed: (node, way) => onPlace({ version, node, way }),
    offering: null,
    onOffer: () => undefined,
    onInsert: () => undefined,
    t,
    ...(dry === undefined ? {} : dryCounts(dry, t)),
  };
  const troubled = new Set(data.problems.map((one) => nodeOf(one) ?? ENTRY));
  return <JourneyCanvas drawn={definition} view={view} troubled={troubled} onConnect={() => undefined} />;
}
