import { useCallback } from "react";
import { useSearchParams } from "react-router";

export type AddressChange = Readonly<Record<string, string | null>>;

/** The query of the address, and a way to change some of it; null or "" takes a name out. */
export function useAddress(): readonly [URLSearchParams, (change: AddressChange) => void] {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (change: AddressChange) =>
      setParams(
        (old) => {
          const next = new URLSearchParams(old);
          for (const [name, value] of Object.entries(change)) {
            if (value === null || value === "") next.delete(name);
            else next.set(name, value);
          }
          return next;
        },
        { replace: true, preventScrollReset: true },
      ),
    [setParams],
  );
  return [params, set];
}
