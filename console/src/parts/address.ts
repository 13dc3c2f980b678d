import { useCallback } from "react";
import { useSearchParams } from "react-router";

/** Changes to what stands behind the question mark; an empty text takes a name away. */
export type SetAddress = (change: Readonly<Record<string, string | undefined>>) => void;

/**
 * What a page is narrowed to, kept in its address: so that it can be sent to somebody, and stands there after going back. A
 * change replaces the address, because each letter of a search would be a step back otherwise.
 */
export function useAddress() {
  const [params, setParams] = useSearchParams();
  const set = useCallback<SetAddress>(
    (change) =>
      setParams(
        (old) => {
          const next = new URLSearchParams(old);
          for (const [name, value] of Object.entries(change)) {
            if (value === undefined || value === "") next.delete(name);
            else next.set(name, value);
          }
          return next;
        },
        { replace: true, preventScrollReset: true },
      ),
    [setParams],
  );
  const of = (name: string) => params.get(name) ?? "";
  return { params, of, set };
}
