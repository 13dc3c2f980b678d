import { EventEmitter } from "node:events";

/** A process-wide notice board; listeners come and go with live pages. */
export function makeSignals(onError: (error: unknown) => void): {
  emit(topic: string, payload: unknown): void;
  on(topic: string, listener: (payload: unknown) => void): () => void;
} {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);
  return {
    emit: (topic, payload) => {
      emitter.emit(topic, payload);
    },
    on: (topic, listener) => {
      const guarded = (payload: unknown) => {
        try {
          listener(payload);
        } catch (error) {
          onError(error);
        }
      };
      emitter.on(topic, guarded);
      return () => emitter.off(topic, guarded);
    },
  };
}
