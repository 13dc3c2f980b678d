import { useEffect, useState } from "react";
import { isAsked } from "../api/client.ts";
import { useTexts } from "../texts/texts.ts";
import { errorSentence } from "./states.tsx";
import "./toast.css";

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: "good" | "bad";
}

const SHOWN_MS = 5000;
let lastId = 0;
let receive: ((toast: Toast) => void) | undefined;

/** Says shortly that something worked. */
export function say(text: string): void {
  lastId += 1;
  receive?.({ id: lastId, text, tone: "good" });
}

/** Says why something did not work, or that it waits for a colleague. */
export function sayError(error: unknown, offline: string): void {
  lastId += 1;
  receive?.({ id: lastId, text: errorSentence(error, offline), tone: isAsked(error) ? "good" : "bad" });
}

/** The place where short messages appear; one in the shell. */
export function Toasts() {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const t = useTexts();
  useEffect(() => {
    receive = (toast) => {
      setToasts((shown) => [...shown.slice(-2), toast]);
      setTimeout(() => setToasts((shown) => shown.filter((one) => one.id !== toast.id)), SHOWN_MS);
    };
    return () => {
      receive = undefined;
    };
  }, []);
  return (
    <div className="ht-toasts" role="status" aria-live="polite" aria-label={t("act.done")}>
      {toasts.map((toast) => (
        <p key={toast.id} className={`ht-toast ht-toast-${toast.tone}`}>
          {toast.text}
        </p>
      ))}
    </div>
  );
}
