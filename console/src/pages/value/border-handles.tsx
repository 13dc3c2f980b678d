import { formatMoney } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { positionOf, valueAt } from "./heat-map.ts";
import type { Thresholds } from "./value-data.ts";

interface BorderHandlesProps {
  readonly thresholds: Thresholds;
  readonly bands: { readonly f: readonly number[]; readonly m_minor: readonly number[] };
  readonly currency: string;
  readonly onChange: (thresholds: Thresholds) => void;
}

const F_MAX = 365;
const YUAN = 100;

/** The class borders as sliders: drag them, or move them by the arrow keys. */
export function BorderHandles({ thresholds, bands, currency, onChange }: BorderHandlesProps) {
  const t = useTexts("value");
  const { m_hi_minor, f_hi } = thresholds;
  const x = positionOf(m_hi_minor, bands.m_minor) * 100;
  const y = (1 - positionOf(f_hi, bands.f)) * 100;
  const setM = (value: number) =>
    onChange({ ...thresholds, m_hi_minor: Math.max(YUAN, Math.round(value / YUAN) * YUAN) });
  const setF = (value: number) => onChange({ ...thresholds, f_hi: Math.min(F_MAX, Math.max(1, Math.round(value))) });
  const drag = (event: React.PointerEvent<HTMLElement>, set: (box: DOMRect) => void) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const box = event.currentTarget.parentElement?.getBoundingClientRect();
    if (box !== undefined) set(box);
  };
  const part = (at: number, from: number, size: number) => Math.min(1, Math.max(0, (at - from) / size));
  const keys = (event: React.KeyboardEvent, value: number, step: number, set: (value: number) => void) => {
    const way = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (way === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    set(value + way * step);
  };
  return (
    <>
      <span
        role="slider"
        tabIndex={0}
        className="rf-handle rf-handle-m"
        style={{ left: `${x}%` }}
        aria-label={t("what_if.m_hi")}
        aria-valuemin={1}
        aria-valuemax={1_000_000_000}
        aria-valuenow={m_hi_minor / YUAN}
        aria-valuetext={formatMoney(m_hi_minor, currency)}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={(event) =>
          drag(event, (box) => setM(valueAt(part(event.clientX, box.left, box.width), bands.m_minor)))
        }
        onKeyDown={(event) => keys(event, m_hi_minor, Math.max(YUAN, m_hi_minor / 100), setM)}
      />
      <span
        role="slider"
        tabIndex={0}
        className="rf-handle rf-handle-f"
        style={{ top: `${y}%`, left: `${x}%` }}
        aria-label={t("what_if.f_hi")}
        aria-orientation="vertical"
        aria-valuemin={1}
        aria-valuemax={F_MAX}
        aria-valuenow={f_hi}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={(event) =>
          drag(event, (box) => setF(valueAt(1 - part(event.clientY, box.top, box.height), bands.f)))
        }
        onKeyDown={(event) => keys(event, f_hi, 1, setF)}
      />
    </>
  );
}
