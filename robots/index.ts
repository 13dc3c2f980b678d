import { birthdayGifts } from "./birthday-gifts.ts";
import type { Flow } from "./contract.ts";
import { mallOrders } from "./mall-orders.ts";
import { memberGifts } from "./member-gifts.ts";

/** Every flow that a robot can be made of. A new one is a file beside these and a line here. */
export const FLOWS: readonly Flow[] = [mallOrders, birthdayGifts, memberGifts];
