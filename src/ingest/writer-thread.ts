import { parentPort, workerData } from "node:worker_threads";
import { openStore, type Store } from "../store/index.ts";
import { storeGroup } from "./record-store.ts";
import type { Submission } from "./submission.ts";
import type { WriteAnswer, WriteTask } from "./writer.ts";

const port = parentPort;
if (port === null) throw new Error("writer-thread.ts runs as a thread of the server");

// a lost connection fails its group, and the group's callers hear of it
const store = openStore({ ...(workerData as Store["connection"]), onError: () => undefined });

port.on("message", ({ task, submissions, inbox_ids }: WriteTask) => {
  void answerOf(task, submissions, inbox_ids).then((answer) => port.postMessage(answer));
});
port.postMessage("ready");

async function answerOf(
  task: number,
  submissions: readonly Submission[],
  inbox_ids: readonly number[],
): Promise<WriteAnswer> {
  try {
    return { task, stored: await storeGroup(store, submissions.map(withBuffers), inbox_ids) };
  } catch (error) {
    const { message, code, constraint } = error as { message: string; code?: string; constraint?: string };
    return {
      task,
      failed: {
        message,
        ...(code === undefined ? {} : { code }),
        ...(constraint === undefined ? {} : { constraint }),
      },
    };
  }
}

/** Buffers arrive as plain byte arrays, which the driver would write as text. */
function withBuffers(submission: Submission): Submission {
  return {
    ...submission,
    sealed: submission.sealed && bufferOf(submission.sealed),
    rejects: submission.rejects.map((reject) => ({ ...reject, original_sealed: bufferOf(reject.original_sealed) })),
  };
}

function bufferOf({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}
