import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { say, sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";
import type { TreeNode } from "./model/vocabulary.ts";

/** The members of a segment or condition as they were at one moment; never changed afterwards. */
export interface Snapshot {
  readonly snapshot_id: number;
  readonly name: string;
  readonly segment_id: number | null;
  readonly members: number;
  readonly business_day: string;
  readonly as_of: string;
  readonly created_by_name: string | null;
  /** The condition that means "is in this snapshot". */
  readonly expression: TreeNode;
}

export function useSnapshots() {
  return useQuery({
    queryKey: ["segments", "snapshots"],
    queryFn: ({ signal }) => api.get<{ items: readonly Snapshot[] }>("/api/segments/snapshots", {}, signal),
  });
}

/** A change of the snapshots; lists and the vocabulary, which offers them as conditions, are read again. */
export function useSnapshotChange<Input>(change: (input: Input) => Promise<unknown>, done: (input: Input) => string) {
  const client = useQueryClient();
  const shared = useTexts();
  return useMutation({
    mutationFn: change,
    onSuccess: async (_, input) => {
      say(done(input));
      await client.invalidateQueries({ queryKey: ["segments", "snapshots"] });
      await client.invalidateQueries({ queryKey: ["segments", "vocabulary"] });
    },
    onError: (error) => sayError(error, shared("state.offline")),
  });
}
