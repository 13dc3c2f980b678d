import { useEffect, useRef } from "react";
import { useTexts } from "../../texts/texts.ts";

export const PIN_DIGITS = 6;
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;

interface KeyPadProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onBack: () => void;
  readonly busy: boolean;
}

/** Six dots and big keys; digits, Backspace and Esc of a keyboard do the same. */
export function KeyPad({ value, onChange, onBack, busy }: KeyPadProps) {
  const t = useTexts("till");
  const press = useRef<(key: string) => void>(() => undefined);
  useEffect(() => {
    press.current = (key) => {
      if (busy) return;
      if (/^\d$/.test(key)) onChange((value + key).slice(0, PIN_DIGITS));
      if (key === "Backspace") onChange(value.slice(0, -1));
      if (key === "Escape") onBack();
    };
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      press.current(event.key);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  const key = (digit: string) => (
    <button key={digit} type="button" className="ht-key" disabled={busy} onClick={() => press.current(digit)}>
      {digit}
    </button>
  );
  return (
    <div className="ht-pad">
      <p className="ht-pin-dots" role="status" aria-label={t("dots", { n: value.length, of: PIN_DIGITS })}>
        {Array.from({ length: PIN_DIGITS }, (_, at) => (
          <span key={at} className={at < value.length ? "ht-pin-dot ht-pin-dot-on" : "ht-pin-dot"} />
        ))}
      </p>
      <div className="ht-keys">
        {KEYS.map(key)}
        <button type="button" className="ht-key ht-key-word" onClick={onBack}>
          {t("back")}
        </button>
        {key("0")}
        <button
          type="button"
          className="ht-key ht-key-word"
          disabled={busy || value === ""}
          onClick={() => press.current("Backspace")}
        >
          {t("erase")}
        </button>
      </div>
    </div>
  );
}
