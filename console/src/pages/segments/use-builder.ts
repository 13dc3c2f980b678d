import { useCallback, useEffect, useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { ADDRESS_CHARACTERS_MAX, fromAddress, toAddress } from "./model/address.ts";
import { emptyDraft, type GroupNode } from "./model/draft.ts";
import { begin, type History, record, redo, undo } from "./model/history.ts";
import { fromTree } from "./model/reading.ts";
import { draftOfSeeds } from "./model/seeds.ts";
import type { TreeNode, Vocabulary } from "./model/vocabulary.ts";

export interface Builder {
  readonly draft: GroupNode;
  readonly change: (next: GroupNode, mark?: string) => void;
  readonly undo: (() => void) | null;
  readonly redo: (() => void) | null;
  /** The saved condition exists but cannot be shown as sentences. */
  readonly unreadable: boolean;
  /** The saved condition as a draft, to compare with and to return to. */
  readonly saved: GroupNode | null;
  /** The address held something that is no condition. */
  readonly brokenLink: boolean;
}

interface Start {
  readonly draft: GroupNode;
  readonly brokenLink: boolean;
}

/** Where the builder begins: the address, then the filters of a list, then what is saved, then nothing. */
function startOf(params: URLSearchParams, saved: TreeNode | null, vocabulary: Vocabulary): Start {
  const linked = params.get("c");
  const fromLink = linked === null ? null : fromAddress(linked);
  if (fromLink !== null) return { draft: fromLink, brokenLink: false };
  const brokenLink = linked !== null;
  const given = params.get("from");
  if (given !== null) {
    const draft = draftOfText(given, vocabulary);
    return { draft: draft ?? emptyDraft(), brokenLink: brokenLink || draft === null };
  }
  if (saved !== null) {
    return { draft: fromTree(saved, vocabulary) ?? emptyDraft(), brokenLink };
  }
  const seeds = {
    segment_id: params.get("segment_id") ?? undefined,
    tag: params.get("tag") ?? undefined,
    rfm: params.get("rfm") ?? undefined,
  };
  return { draft: draftOfSeeds(seeds, vocabulary), brokenLink };
}

function draftOfText(text: string, vocabulary: Vocabulary): GroupNode | null {
  try {
    return fromTree(JSON.parse(text) as TreeNode, vocabulary);
  } catch {
    return null;
  }
}

/** The condition being built: undoable, and mirrored into the address bar at every step. */
export function useBuilder(saved: TreeNode | null, vocabulary: Vocabulary): Builder {
  const [params, setParams] = useSearchParams();
  const [start] = useState(() => startOf(params, saved, vocabulary));
  const kept = useMemo(() => (saved === null ? null : fromTree(saved, vocabulary)), [saved, vocabulary]);
  const [history, setHistory] = useState<History<GroupNode>>(() => begin(start.draft));
  const [touched, setTouched] = useState(false);
  const { present } = history;
  const address = useMemo(() => toAddress(present), [present]);
  useEffect(() => {
    if (!touched) return;
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        for (const seed of ["segment_id", "tag", "rfm", "from"]) next.delete(seed);
        if (address === "" || address.length > ADDRESS_CHARACTERS_MAX) next.delete("c");
        else next.set("c", address);
        return next;
      },
      { replace: true, preventScrollReset: true },
    );
  }, [address, touched, setParams]);
  const step = useCallback((move: (old: History<GroupNode>) => History<GroupNode>) => {
    setTouched(true);
    setHistory(move);
  }, []);
  const change = useCallback((next: GroupNode, mark?: string) => step((old) => record(old, next, mark)), [step]);
  return {
    draft: present,
    change,
    undo: history.past.length > 0 ? () => step(undo) : null,
    redo: history.future.length > 0 ? () => step(redo) : null,
    saved: kept,
    unreadable: saved !== null && kept === null,
    brokenLink: start.brokenLink,
  };
}
