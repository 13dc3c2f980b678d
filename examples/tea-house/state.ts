import { type Identified, identifiedPerson } from "./accounts.ts";
import { rhythmOf } from "./persons.ts";
import { Random } from "./random.ts";
import type { World } from "./world.ts";

/** Persons whose whole description is kept; above this it is made again each time (1 M members: 2 GB otherwise). */
const PERSONS_KEPT_MAX = 30_000;

/** What the world has to remember from slice to slice: a few numbers a person, nothing else. */
export class WorldState {
  readonly world: World;
  readonly buying: Float32Array;
  readonly sessions: Float32Array;
  readonly joined: Float64Array;
  readonly churned: Float64Array;
  readonly points: Int32Array;
  /** Day on which the coupon in hand ends (0: none) and the number of its campaign. */
  readonly coupon_ends: Int32Array;
  readonly coupon_campaign: Int16Array;
  /** Valid orders so far. */
  readonly orders: Uint16Array;
  readonly campaigns: string[] = [];
  /** Who has spent points in the slice at hand. */
  readonly redeemed = new Set<number>();
  /** Running number of all tickets, so that order numbers are unique. */
  tickets = 0;
  private readonly kept = new Map<number, Identified>();

  constructor(world: World) {
    const { persons } = world;
    this.world = world;
    this.buying = new Float32Array(persons);
    this.sessions = new Float32Array(persons);
    this.joined = new Float64Array(persons);
    this.churned = new Float64Array(persons);
    this.points = new Int32Array(persons);
    this.coupon_ends = new Int32Array(persons);
    this.coupon_campaign = new Int16Array(persons);
    this.orders = new Uint16Array(persons);
    const random = new Random();
    for (let i = 0; i < persons; i++) {
      const rhythm = rhythmOf(world, i, random);
      this.buying[i] = rhythm.buying_rate;
      this.sessions[i] = rhythm.session_rate;
      this.joined[i] = rhythm.joined;
      this.churned[i] = rhythm.churned;
    }
  }

  identified(index: number): Identified {
    const known = this.kept.get(index);
    if (known !== undefined) return known;
    const made = identifiedPerson(this.world, index);
    this.buying[index] = made.person.buying_rate;
    if (this.world.members <= PERSONS_KEPT_MAX) this.kept.set(index, made);
    return made;
  }

  campaignNumber(code: string): number {
    const at = this.campaigns.indexOf(code);
    return at >= 0 ? at : this.campaigns.push(code) - 1;
  }
}
