import type { Ground } from "../ground.ts";
import { sentence } from "../platform/index.ts";
import { judge } from "./accept.ts";
import { decodeContext, type SensorsRequest } from "./collect.ts";
import { decodeSensors } from "./protocols/sensors.ts";
import { decodeSensorsForm } from "./protocols/sensors-payload.ts";
import type { Source } from "./source.ts";

/** What would become of the messages of a Sensors request; stores nothing. */
export async function judgeSensors(
  ground: Ground,
  source: Source,
  { form, received_at }: SensorsRequest,
): Promise<Record<string, unknown>> {
  const payload = decodeSensorsForm(form);
  if ("undecodable" in payload) {
    const params = { place: "request", reason: payload.undecodable };
    return {
      dry_run: true,
      outcomes: [
        {
          status: "rejected",
          code: "ingest.payload_undecodable",
          detail: sentence("ingest.payload_undecodable", params, "en"),
        },
      ],
    };
  }
  const decoded = decodeSensors(payload.messages, decodeContext(ground, source, received_at));
  const outcomes = await judge(ground, source, decoded.records);
  const refused = decoded.rejects.map(({ code, params }) => ({ status: "rejected", code, params }));
  return {
    dry_run: true,
    outcomes: [...outcomes, ...refused].map(({ status, code, params }) => ({
      status,
      ...(code === undefined
        ? {}
        : { code, detail: sentence(code, params ?? {}, "en"), detail_zh: sentence(code, params ?? {}, "zh") }),
    })),
  };
}
