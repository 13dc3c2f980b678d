import { type BusinessDay, problem } from "../../platform/index.ts";
import { type Account, type Books, bySoonest, type Lot } from "./books.ts";
import type {
  Answer,
  ClawBack,
  Command,
  Earn,
  Fund,
  Grant,
  Hold,
  Post,
  ReturnSpent,
  Settle,
  Spend,
  Transfer,
  Void,
} from "./command.ts";
import { payBack, payFrom, systemAccount } from "./paying.ts";
import { isByHand, movesOn, slideText } from "./slide.ts";

type Part = { readonly lot: Lot; readonly points: number };

/**
 * Carries out one command on the books, or refuses it and leaves them as they were: everything is looked at before
 * anything moves. @param today the business day by which points are active and not expired
 */
export function carryOut(books: Books, command: Command, today: BusinessDay): Answer {
  switch (command.type) {
    case "earn":
      return earn(books, command, today);
    case "grant":
      return grant(books, command, today);
    case "spend":
      return spend(books, command, today);
    case "hold":
      return hold(books, command, today);
    case "post":
      return post(books, command, today);
    case "void":
      return release(books, command);
    case "return_spent":
      return returnSpent(books, command, today);
    case "claw_back":
      return clawBack(books, command, today);
    case "transfer":
      return transfer(books, command, today);
    case "fund":
      return fund(books, command);
    case "settle":
      return settle(books, command, today);
  }
}

const answerOf = (parts: readonly Part[], more: Partial<Answer> = {}): Answer => ({
  points: parts.reduce((sum, part) => sum + part.points, 0),
  lots: parts.map(({ lot, points }) => ({ lot_id: lot.lot_id, points })),
  ...more,
});

/** What can be spent: active, and not past its last day, whether or not the midnight run has been there. */
const isSpendable = (today: BusinessDay) => (lot: Lot) =>
  lot.active > 0 && (lot.last_day === null || lot.last_day >= today);

/** Takes up to `wanted` points from lots in their order. */
function take(lots: readonly Lot[], wanted: number, left: (lot: Lot) => number): Part[] {
  const parts: Part[] = [];
  let rest = wanted;
  for (const lot of lots) {
    const points = Math.min(rest, left(lot));
    if (points > 0) parts.push({ lot, points });
    rest -= points;
    if (rest === 0) break;
  }
  return parts;
}

/** The parts that pay `wanted` points, soonest expiry first. @throws points.insufficient_balance */
function partsOf(books: Books, wallet: readonly number[], wanted: number, today: BusinessDay): Part[] {
  const lots = books.lotsOf(wallet).filter(isSpendable(today)).toSorted(bySoonest);
  const available = lots.reduce((sum, lot) => sum + lot.active, 0);
  if (available < wanted) throw problem("points.insufficient_balance", { wanted, available });
  return take(lots, wanted, (lot) => lot.active);
}

const lifeOf = ({ last_day, slide }: Pick<Earn, "last_day" | "slide">) => ({
  last_day: last_day ?? null,
  slide: slide === undefined ? null : slideText(slide),
  slide_from: slide?.from ?? null,
});

/** What a member does today moves the last day of what they have; a lot whose day is over stays over. */
function moveOn(books: Books, wallet: readonly number[], reference: string, today: BusinessDay): void {
  if (isByHand(reference)) return;
  const activity = { kind: "spend", day: today, reference } as const;
  for (const lot of books.lotsOf(wallet)) {
    if (lot.slide === null || lot.pending + lot.active + lot.held === 0) continue;
    const moved = movesOn(lot, [activity]);
    if (moved !== undefined) books.moveOn(lot, moved.last_day, moved.by);
  }
}

function earn(books: Books, command: Earn, today: BusinessDay): Answer {
  const { owner, wallet, points, active_from, reference } = command;
  const payer = payFrom(books, command, points, today);
  const waits = active_from !== undefined && active_from > today;
  const lot = books.makeLot({
    owner,
    points,
    ...lifeOf(command),
    reference,
    active_from: waits ? active_from : null,
    origin_lot_id: null,
  });
  books.move(lot, "new", waits ? "pending" : "active", points, payer, reference);
  const repaid = waits ? 0 : payDebt(books, lot, reference, wallet);
  return answerOf([{ lot, points }], repaid === 0 ? {} : { repaid });
}

/** As many earnings with one answer, which names no lots: it would be longer than all else. */
function grant(books: Books, command: Grant, today: BusinessDay): Answer {
  const { owners, points, last_day, reference } = command;
  const total = points * owners.length;
  const payer = payFrom(books, command, total, today);
  for (const owner of owners) {
    const lot = books.makeLot({
      owner,
      points,
      last_day: last_day ?? null,
      reference,
      active_from: null,
      origin_lot_id: null,
    });
    books.move(lot, "new", "active", points, payer, reference);
    payDebt(books, lot, reference);
  }
  return { points: total, lots: [] };
}

/** Points that become active first pay what their member owes. @returns how many did */
export function payDebt(books: Books, lot: Lot, reference: string, wallet: readonly number[] = [lot.owner]): number {
  let paid = 0;
  for (const owner of wallet) {
    const points = Math.min(lot.active, books.owed(owner));
    if (points > 0) books.repay(lot, owner, points, reference);
    paid += points;
  }
  return paid;
}

function spend(books: Books, { wallet, points, reference }: Spend, today: BusinessDay): Answer {
  const parts = partsOf(books, wallet, points, today);
  const burned = systemAccount(books, "burned");
  for (const part of parts) books.move(part.lot, "active", "burned", part.points, burned, reference);
  moveOn(books, wallet, reference, today);
  return answerOf(parts);
}

function hold(books: Books, { wallet, points, reference, until_at }: Hold, today: BusinessDay): Answer {
  const parts = partsOf(books, wallet, points, today);
  for (const part of parts) books.move(part.lot, "active", "held", part.points, undefined, reference);
  const made = books.makeHold({
    reference,
    points,
    until_at,
    wallet,
    parts: parts.map((part) => ({ lot_id: part.lot.lot_id, points: part.points })),
  });
  return answerOf(parts, { hold_id: made.hold_id });
}

function post(books: Books, { hold_id, points }: Post, today: BusinessDay): Answer {
  const open = books.openHold(hold_id);
  const wanted = points ?? open.points;
  if (wanted > open.points) throw problem("points.hold_too_small", { hold_id, held: open.points, wanted });
  const burned = systemAccount(books, "burned");
  const parts: Part[] = [];
  let rest = wanted;
  const held = open.parts.map((part) => ({ lot: books.lot(part.lot_id), points: part.points }));
  for (const part of held.toSorted((one, other) => bySoonest(one.lot, other.lot))) {
    const { lot } = part;
    const taken = Math.min(rest, part.points);
    rest -= taken;
    if (taken > 0) {
      books.move(lot, "held", "burned", taken, burned, open.reference);
      parts.push({ lot, points: taken });
    }
    if (taken < part.points) books.move(lot, "held", "active", part.points - taken, undefined, open.reference);
  }
  books.closeHold(open, "posted");
  const owners = new Set([...open.wallet, ...held.map(({ lot }) => lot.owner)]);
  moveOn(books, [...owners], open.reference, today);
  return answerOf(parts, { hold_id });
}

/** Gives held points back to their lots. @throws points.hold_unknown, points.hold_closed */
export function release(books: Books, { hold_id }: Void): Answer {
  const open = books.openHold(hold_id);
  const parts = open.parts.map((part) => ({ lot: books.lot(part.lot_id), points: part.points }));
  for (const { lot, points } of parts) books.move(lot, "held", "active", points, undefined, open.reference);
  books.closeHold(open, "voided");
  return answerOf(parts, { hold_id });
}

function returnSpent(books: Books, command: ReturnSpent, today: BusinessDay): Answer {
  const { reference, points: wanted } = command;
  const spent = books.spentFor(reference);
  const left = [...spent.values()].reduce((sum, points) => sum + points, 0);
  if (left < wanted) throw problem("points.more_than_spent", { reference, left, wanted });
  const lots = [...spent.keys()].map((lot_id) => books.lot(lot_id));
  const moved = new Map(lots.map((lot) => [lot, movedMeanwhile(books, lot, command.wallet)]));
  const endOf = (lot: Lot) => ({ lot_id: lot.lot_id, last_day: moved.get(lot)?.last_day ?? lot.last_day });
  const latest = lots.toSorted((a, b) => bySoonest(endOf(b), endOf(a)));
  const taken = take(latest, wanted, (lot) => spent.get(lot.lot_id) ?? 0);
  const parts = taken.map((part) => {
    const on = moved.get(part.lot);
    if (on !== undefined) books.moveOn(part.lot, on.last_day, on.by);
    return giveBack(books, part, command, today);
  });
  for (const { lot } of parts) payDebt(books, lot, reference);
  return answerOf(parts);
}

/** While all of a lot was spent nothing moved its last day: it is as it would be, had it been there. What has expired stays. */
function movedMeanwhile(books: Books, lot: Lot, wallet: readonly number[] = [lot.owner]) {
  if (lot.slide === null || lot.expired > 0) return undefined;
  return movesOn(
    lot,
    books.activities.filter(({ owner }) => owner === lot.owner || wallet.includes(owner)),
  );
}

/** Spent points go back to their lot, or to a grace lot where that is over. */
function giveBack(books: Books, part: Part, { reference, grace_last_day }: ReturnSpent, today: BusinessDay): Part {
  const { lot, points } = part;
  if (lot.last_day === null || lot.last_day >= today) {
    books.move(lot, "burned", "active", points, systemAccount(books, "burned"), reference);
    return part;
  }
  const { owner, lot_id } = lot;
  const grace = books.makeLot({
    owner,
    points,
    last_day: grace_last_day,
    reference: lot.reference,
    active_from: null,
    origin_lot_id: lot_id,
  });
  books.give({ lot, place: "burned" }, grace, points, reference);
  return { lot: grace, points };
}

function clawBack(books: Books, command: ClawBack, today: BusinessDay): Answer {
  const { reference, wallet, points: wanted } = command;
  const own = books
    .lotsFor(reference)
    .filter((lot) => lot.origin_lot_id === null && wallet.includes(lot.owner))
    .toSorted((a, b) => a.lot_id - b.lot_id);
  const left = own.reduce((sum, lot) => sum + lot.points, 0) - books.clawedFor(reference);
  if (left < wanted) throw problem("points.more_than_earned", { reference, left, wanted });
  const payer = payBack(books, command, wanted, today);
  const parts: Part[] = [];
  let rest = wanted;
  const from = (lots: readonly Lot[], place: "pending" | "active" | "expired") => {
    for (const part of take(lots, rest, (lot) => lot[place])) {
      takeBack(books, part, place, payer, reference);
      parts.push(part);
      rest -= part.points;
    }
  };
  const sorted = own.toSorted(bySoonest);
  from(sorted, "pending");
  from(sorted, "active");
  // what expired unused is nobody's loss: taking it back as a debt would be
  from(sorted, "expired");
  from(books.lotsOf(wallet).filter(isSpendable(today)).toSorted(bySoonest), "active");
  const debtor = own[0]?.owner ?? wallet[0];
  if (rest > 0 && debtor !== undefined) books.owe(debtor, rest, payer, reference);
  return answerOf(parts, rest > 0 ? { debt: rest } : {});
}

function takeBack(
  books: Books,
  { lot, points }: Part,
  place: "pending" | "active" | "expired",
  payer: Account,
  reference: string,
): void {
  if (place === "expired") books.unexpire(lot, points, systemAccount(books, "expired"), payer, reference);
  else books.move(lot, place, "returned", points, payer, reference);
}

function transfer(books: Books, { wallet, to, points, reference }: Transfer, today: BusinessDay): Answer {
  const parts = partsOf(books, wallet, points, today);
  const made = parts.map((part) => {
    const { last_day, lot_id, slide } = part.lot;
    const lot = books.makeLot({
      owner: to,
      points: part.points,
      last_day,
      // from now on it is the other member's doings that move it
      slide,
      slide_from: slide === null ? null : today,
      reference,
      active_from: null,
      origin_lot_id: lot_id,
    });
    books.give({ lot: part.lot, place: "active" }, lot, part.points, reference);
    return { lot, points: part.points };
  });
  for (const { lot } of made) payDebt(books, lot, reference);
  return answerOf(made);
}

function fund(books: Books, { budget, points, reference }: Fund): Answer {
  const account = books.account("budget", budget);
  if (account === undefined) throw problem("points.budget_unknown", { budget });
  books.fund(systemAccount(books, "issuer"), account, points, reference);
  return { points, lots: [] };
}

function settle(books: Books, command: Settle, today: BusinessDay): Answer {
  const { owner, wallet, reference, points: wanted, budget, within, budget_day } = command;
  const got = books
    .lotsFor(reference)
    .filter((lot) => lot.origin_lot_id === null && lot.owner === owner)
    .reduce((sum, lot) => sum + lot.points, 0);
  const given = got - books.clawedFor(reference);
  if (wanted === given) return answerOf([]);
  if (wanted > given) return earn(books, { ...command, type: "earn", points: wanted - given }, today);
  const paid = {
    ...(budget === undefined ? {} : { budget }),
    ...(within === undefined ? {} : { within }),
    ...(budget_day === undefined ? {} : { budget_day }),
  };
  return clawBack(books, { type: "claw_back", reference, wallet, points: given - wanted, ...paid }, today);
}
