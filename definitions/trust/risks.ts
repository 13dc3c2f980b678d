import type { RiskDefinition } from "../../src/trust/risk-definition.ts";
import { OPERATION_RISKS } from "./operation-risks.ts";
import { SECURITY_RISKS } from "./security-risks.ts";

/** The ten risks that Huitou is shipped with. A brand grades them anew for itself; these are a start. */
export const SHIPPED_RISKS: readonly RiskDefinition[] = [...SECURITY_RISKS, ...OPERATION_RISKS];
