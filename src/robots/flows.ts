import { Errors } from "typebox/value";
import { ADDRESS, type Flow } from "../../robots/contract.ts";
import { FLOWS } from "../../robots/index.ts";
import { checkedAddress, OutgoingFailed, OutgoingRefused } from "../platform/alerts/outgoing.ts";
import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { mallOffice } from "./mall-office.ts";
import type { Inputs } from "./robot-store.ts";

/** @throws robots.flow_unknown */
export function flowOf(key: string): Flow {
  const flow = FLOWS.find((one) => one.key === key);
  if (flow === undefined) throw problem("robots.flow_unknown", { flow: key });
  return flow;
}

interface Field {
  readonly type?: string;
  readonly format?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: string;
}

export interface InputField {
  readonly name: string;
  readonly zh: string;
  readonly en: string;
  readonly required: boolean;
  readonly address: boolean;
  readonly default: string | null;
}

const fieldsOf = (flow: Flow) => Object.entries(flow.inputs.properties as Readonly<Record<string, Field>>);

export function inputFields(flow: Flow): InputField[] {
  const required = new Set<string>(flow.inputs.required ?? []);
  return fieldsOf(flow).map(([name, field]) => ({
    name,
    zh: field.title ?? name,
    en: field.description ?? name,
    required: required.has(name),
    address: field.format === ADDRESS,
    default: field.default ?? null,
  }));
}

/** Inputs as a run takes them: defaults filled in, what is empty left out. @throws robots.inputs_invalid */
export function soundInputs(flow: Flow, given: Inputs): Inputs {
  const defaults = fieldsOf(flow).flatMap(([name, field]) =>
    field.default === undefined ? [] : [[name, field.default]],
  );
  const said = Object.entries(given).flatMap(([name, value]) => (value.trim() === "" ? [] : [[name, value.trim()]]));
  const inputs = Object.fromEntries([...defaults, ...said]) as Inputs;
  const stranger = Object.keys(inputs).find((name) => !(name in flow.inputs.properties));
  if (stranger !== undefined) throw problem("robots.inputs_invalid", { field: stranger, reason: "unknown" });
  const [error] = Errors(flow.inputs, inputs);
  if (error !== undefined) {
    const missing = (error.params as { requiredProperties?: string[] }).requiredProperties?.[0];
    throw problem("robots.inputs_invalid", {
      field: missing ?? error.instancePath.replace(/^\//, ""),
      reason: error.message,
    });
  }
  return inputs;
}

/** Where a robot with these inputs may go, and nowhere else. */
export function originsOf(flow: Flow, inputs: Inputs): string[] {
  const addresses = inputFields(flow).flatMap(({ name, address }) => (address ? (inputs[name] ?? []) : []));
  return [...new Set(addresses.flatMap((one) => (URL.canParse(one) ? [new URL(one).origin] : [])))];
}

/** Origins that may be private: those that whoever runs the machine named, and the back office of an example world. */
export async function openOrigins(ground: Ground): Promise<string[]> {
  const office = await ground.store.read(SYSTEM_SCOPE, mallOffice);
  return [...ground.config.robot_origins, ...(office === undefined ? [] : [office.http])];
}

/** @throws robots.address_refused, saying why */
export async function requireOrigins(ground: Ground, origins: readonly string[]): Promise<void> {
  const open = await openOrigins(ground);
  for (const origin of origins) {
    try {
      await checkedAddress(new URL(origin), { hosts: "any", open });
    } catch (error) {
      if (error instanceof OutgoingRefused) throw problem("robots.address_refused", { origin, reason: error.reason });
      // a name that does not resolve now may do so later; the run looks again
      if (!(error instanceof OutgoingFailed)) throw error;
    }
  }
}
