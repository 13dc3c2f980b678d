import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "../../api/client.ts";
import { usePaused } from "../../parts/paused.ts";
import { begin, type History, record, redo, undo } from "../segments/model/history.ts";
import {
  type Coming,
  type Journey,
  type JourneyDefinition,
  KEY,
  type Problem,
  type Sentences,
} from "./journeys-data.ts";
import type { Drawn } from "./model/graph.ts";

const CHECK_PAUSE_MS = 250;
const SAVE_PAUSE_MS = 800;

export type Saving = "saved" | "saving" | "waiting" | "failed";

export interface Draft {
  readonly drawn: JourneyDefinition & Drawn;
  /** Steps with the same mark in a row (typing into one field) are one step back. */
  readonly change: (next: JourneyDefinition & Drawn, mark?: string) => void;
  readonly undo: (() => void) | null;
  readonly redo: (() => void) | null;
  readonly saving: Saving;
  readonly problems: readonly Problem[];
  readonly sentences: Sentences;
  readonly coming: Coming;
}

interface Checked {
  readonly problems: readonly Problem[];
  readonly entry: Coming;
  readonly nodes: Sentences;
}

/** The draft being drawn: undoable, checked as it changes, kept on the server a moment after the last change. */
export function useDraft({ journey, nodes, entry }: Journey, from: JourneyDefinition): Draft {
  const [history, setHistory] = useState<History<JourneyDefinition & Drawn>>(() => begin(from));
  const { present } = history;
  const paused = usePaused(present, CHECK_PAUSE_MS);
  const checked = useQuery({
    queryKey: ["journey-check", paused],
    queryFn: ({ signal }) => api.post<Checked>("/api/journeys/check", { definition: paused }, signal),
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
  const [sentences, setSentences] = useState<Sentences>(nodes);
  const found = checked.data?.nodes;
  useEffect(() => {
    // a definition whose form is broken has no sentences: the nodes keep those they had
    if (found !== undefined && Object.keys(found).length > 0) setSentences((old) => ({ ...old, ...found }));
  }, [found]);
  const saving = useSaving(journey, from, present);
  const change = useCallback(
    (next: JourneyDefinition & Drawn, mark?: string) => setHistory((old) => record(old, next, mark)),
    [],
  );
  return {
    drawn: present,
    change,
    undo: history.past.length > 0 ? () => setHistory(undo) : null,
    redo: history.future.length > 0 ? () => setHistory(redo) : null,
    saving,
    problems: checked.data?.problems ?? [],
    sentences,
    coming: checked.data?.entry ?? entry,
  };
}

/** Keeps the draft after the changes pause, one request after the other, and at the latest when the page is left. */
function useSaving(journey: string, from: JourneyDefinition, present: JourneyDefinition): Saving {
  const client = useQueryClient();
  const kept = useRef(JSON.stringify(from));
  const running = useRef(false);
  const [state, setState] = useState<Saving>("saved");
  const text = JSON.stringify(present);
  const newest = useRef(text);
  newest.current = text;
  const save = useCallback(async () => {
    if (running.current || newest.current === kept.current) return;
    running.current = true;
    setState("saving");
    try {
      while (newest.current !== kept.current) {
        const sent = newest.current;
        await api.put(`/api/journeys/${journey}/draft`, JSON.parse(sent));
        kept.current = sent;
      }
      setState("saved");
      void client.invalidateQueries({ queryKey: KEY });
    } catch {
      setState("failed");
    } finally {
      running.current = false;
    }
  }, [client, journey]);
  useEffect(() => {
    if (text === kept.current) return;
    setState((old) => (old === "saving" ? old : "waiting"));
    const timer = setTimeout(() => void save(), SAVE_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, save]);
  useEffect(() => () => void save(), [save]);
  useEffect(() => {
    const leaving = (event: BeforeUnloadEvent) => {
      if (newest.current !== kept.current) event.preventDefault();
    };
    window.addEventListener("beforeunload", leaving);
    return () => window.removeEventListener("beforeunload", leaving);
  }, []);
  return state;
}
