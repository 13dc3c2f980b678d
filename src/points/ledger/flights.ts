import type { Sealed } from "./batch-store.ts";
import type { Books, Snapshot } from "./books.ts";
import type { Head } from "./read-store.ts";

/** Batches that are remembered: more than can be committed while one read is on its way. */
const KEPT = 16;

/** A batch that was sent. Whoever reads may not see it yet. */
interface Flight {
  /** Whose end of the chain it follows. */
  readonly after: Buffer;
  readonly head: Head;
  readonly flows: ReadonlyMap<number, number>;
  /** Whether it counts in limits of budgets. */
  readonly limited: boolean;
  /** Done when it is committed. @throws when it is not */
  readonly landed: Promise<void>;
}

interface Sent {
  readonly after: Head;
  readonly sealed: Sealed;
  readonly books: Books;
}

/**
 * The batches of this process that were sent last, as a chain of hashes. Which of them a read does not show is known by the
 * end of the chain that it shows: those that follow it, one from the other. A batch that fails leaves; what follows it fails
 * too, because the database moves the end of the chain only from the very hash that a batch follows.
 */
export class Flights {
  #flights: Flight[] = [];

  /** Batches that follow an end of the chain, in their order. */
  behind(head: Head): Flight[] {
    const chain: Flight[] = [];
    for (let hash = head.hash; ; ) {
      const next = this.#flights.find(({ after }) => after.equals(hash));
      if (next === undefined) return chain;
      chain.push(next);
      hash = next.head.hash;
    }
  }

  /** What was read, with batches that it does not show. Their members' points are not in it: no two such batches touch the same. */
  seen(
    { head, snapshot }: { readonly head: Head; readonly snapshot: Snapshot },
    unseen: readonly Flight[],
  ): { readonly head: Head; readonly snapshot: Snapshot } {
    const last = unseen.at(-1)?.head;
    if (last === undefined) return { head, snapshot };
    const flowed = (account_id: number) => unseen.reduce((sum, { flows }) => sum + (flows.get(account_id) ?? 0), 0);
    const accounts = snapshot.accounts.map((account) => ({
      ...account,
      balance: account.balance + flowed(account.account_id),
    }));
    return { head: last, snapshot: { ...snapshot, accounts, counters: last } };
  }

  async send(landed: Promise<void>, { after, sealed, books }: Sent): Promise<void> {
    const limited = books.limitChanges().length > 0;
    const flight = { after: after.hash, head: sealed.head, flows: books.flows, limited, landed };
    this.#flights = [...this.#flights.slice(1 - KEPT), flight];
    try {
      await landed;
    } catch (error) {
      this.#flights = this.#flights.filter((one) => one !== flight);
      throw error;
    }
  }
}
