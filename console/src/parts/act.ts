import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTexts } from "../texts/texts.ts";
import { say, sayError } from "./toast.tsx";

interface Acting<Answer> {
  /** What is said when it is done. */
  readonly done: string;
  readonly onDone?: ((answer: Answer) => void) | undefined;
}

/** An act of a page: says that it is done or why not, and whatever shows its subject is asked for anew. */
export function useAct<Input, Answer>(
  subject: QueryKey,
  act: (input: Input) => Promise<Answer>,
  { done, onDone }: Acting<Answer>,
) {
  const t = useTexts();
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: (answer) => {
      say(done);
      onDone?.(answer);
      return client.invalidateQueries({ queryKey: subject });
    },
    onError: (error) => sayError(error, t("state.offline")),
  });
}
