import { type TemplateChoice } from "../../channels/index.ts";
import type { Params } from "../../platform/index.ts";
import { type JourneyDefinition, type Node, waysOf } from "../definition.ts";
import { eventValues } from "./event-values.ts";
import type { MessageNode } from "./fill.ts";
import { MEMBER_VALUES } from "./member-values.ts";
import type { VariableSource } from "./source.ts";
import { isGiving, stepValues } from "./step-values.ts";

interface VariableProblem {
  readonly path: string;
  readonly name: string;
  readonly params: Params;
}

/** Whether what a message passes is what its template reads, and is there when the message is asked for. */
export function variableProblems(
  definition: JourneyDefinition,
  key: string,
  { variables = {} }: MessageNode,
  template: Pick<TemplateChoice, "name" | "variables" | "known">,
): VariableProblem[] {
  const at = (variable: string) => `/nodes/${key}/variables/${variable}`;
  const missing = template.variables
    .filter((variable) => (variables[variable]?.value ?? "") === "")
    .map((variable) => ({
      path: at(variable),
      name: "variable_missing",
      params: { variable, template: template.name },
    }));
  return [
    ...missing,
    ...Object.entries(variables).flatMap(([variable, source]): VariableProblem[] => {
      const params = { variable, template: template.name, value: source.value };
      if (!template.variables.includes(variable) && !template.known.includes(variable))
        return [{ path: at(variable), name: "variable_unread", params }];
      const name = source.value === "" ? undefined : sourceProblem(definition, key, source);
      return name === undefined ? [] : [{ path: at(variable), name, params }];
    }),
  ];
}

function sourceProblem(definition: JourneyDefinition, key: string, source: VariableSource): string | undefined {
  const { entry, nodes } = definition;
  const { from, value, node } = source;
  switch (from) {
    case "text":
      return undefined;
    case "member":
      return MEMBER_VALUES.some((one) => one.value === value) ? undefined : "variable_value";
    case "event":
      if (entry.kind !== "event") return "variable_no_event";
      return eventValues(entry.event).some((one) => one.value === value) ? undefined : "variable_value";
    case "step": {
      const step = nodes[node ?? ""];
      if (!isGiving(step)) return "variable_step";
      if (!stepValues(step).some((one) => one.value === value)) return "variable_value";
      return leadsPast(definition, node ?? "", key) ? undefined : "variable_step_skipped";
    }
  }
}

/** Whether every way from the start to a node passes another one before. */
function leadsPast({ start, nodes }: JourneyDefinition, past: string, to: string): boolean {
  const seen = new Set<string>([past]);
  const ahead = [start];
  for (let key = ahead.pop(); key !== undefined; key = ahead.pop()) {
    if (seen.has(key)) continue;
    if (key === to) return false;
    seen.add(key);
    const node: Node | undefined = nodes[key];
    if (node !== undefined) ahead.push(...waysOf(node));
  }
  return true;
}
