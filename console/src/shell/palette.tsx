import { ArrowRightOutlined, SearchOutlined } from "@ant-design/icons";
import { useEffect, useId, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { routeOf } from "../routes.tsx";
import { chooseLanguage, useLanguage, useTexts } from "../texts/texts.ts";
import { useThemeState } from "../theme/theme.tsx";
import { type Hit, usePaletteHits } from "./palette-results.ts";
import { useSignOut } from "./profile-menu.tsx";
import "./palette.css";

interface PaletteProps {
  readonly open: boolean;
  readonly onClose: () => void;
}

/** Finds members, pages and segments, and runs commands, from anywhere: a combobox over one list. */
export function Palette({ open, onClose }: PaletteProps) {
  const t = useTexts();
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    if (open && dialog && !dialog.open) dialog.showModal();
    if (!open && dialog?.open) dialog.close();
  }, [open]);
  return (
    <dialog
      ref={ref}
      className="ht-palette"
      aria-label={t("palette.title")}
      onCancel={onClose}
      onClose={onClose}
      onClick={(event) => event.target === ref.current && onClose()}
    >
      {open ? <PaletteBox onClose={onClose} /> : null}
    </dialog>
  );
}

function useRun(onClose: () => void): (hit: Hit) => void {
  const navigate = useNavigate();
  const signOut = useSignOut();
  const theme = useThemeState();
  const language = useLanguage();
  return (hit) => {
    onClose();
    if (hit.to !== undefined) void navigate(hit.to);
    if (hit.command === "theme") theme.choose(theme.dark ? "light" : "dark");
    if (hit.command === "language") void chooseLanguage(language === "zh" ? "en" : "zh");
    if (hit.command === "sign_out") void signOut();
  };
}

function PaletteBox({ onClose }: { onClose: () => void }) {
  const t = useTexts();
  const id = useId();
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const { hits, understood, searching } = usePaletteHits(words, true);
  const run = useRun(onClose);
  const chosen = Math.min(at, hits.length - 1);
  const current = hits[chosen];
  useEffect(() => {
    document.getElementById(`${id}-${chosen}`)?.scrollIntoView({ block: "nearest" });
    if (current?.to) void routeOf(current.to)?.preload();
  }, [id, chosen, current]);
  const onKey = (event: React.KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") setAt((chosen + 1) % Math.max(1, hits.length));
    else if (event.key === "ArrowUp") setAt((chosen - 1 + hits.length) % Math.max(1, hits.length));
    else if (event.key === "Enter" && current) run(current);
    else return;
    event.preventDefault();
  };
  return (
    <div className="ht-palette-box">
      <div className="ht-palette-field">
        <SearchOutlined />
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={current ? `${id}-${chosen}` : undefined}
          aria-label={t("palette.title")}
          placeholder={t("palette.placeholder")}
          autoComplete="off"
          spellCheck={false}
          value={words}
          onChange={(event) => {
            setWords(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKey}
        />
        {searching ? <span className="ht-note">{t("palette.searching")}</span> : null}
        {!searching && understood ? (
          <span className="ht-note">{t("palette.understood", { what: t(`palette.as.${understood}`) })}</span>
        ) : null}
      </div>
      <HitList id={id} hits={hits} chosen={chosen} onPoint={setAt} onRun={run} />
      {hits.length === 0 && !searching ? <p className="ht-palette-none">{t("palette.none")}</p> : null}
      <p className="ht-palette-keys">{t("palette.keys")}</p>
    </div>
  );
}

interface HitListProps {
  readonly id: string;
  readonly hits: readonly Hit[];
  readonly chosen: number;
  readonly onPoint: (at: number) => void;
  readonly onRun: (hit: Hit) => void;
}

function HitList({ id, hits, chosen, onPoint, onRun }: HitListProps) {
  const t = useTexts();
  return (
    <div className="ht-palette-list" id={id} role="listbox" aria-label={t("palette.title")}>
      {hits.map((hit, at) => (
        <div key={hit.key}>
          {hit.group === hits[at - 1]?.group ? null : (
            <p className="ht-palette-group" role="presentation">
              {t(`palette.${hit.group}`)}
            </p>
          )}
          <div
            id={`${id}-${at}`}
            role="option"
            tabIndex={-1}
            aria-selected={at === chosen}
            className="ht-palette-hit"
            onPointerMove={() => onPoint(at)}
            onClick={() => onRun(hit)}
            onKeyDown={(event) => event.key === "Enter" && onRun(hit)}
          >
            <span>{hit.label}</span>
            {hit.note ? <span className="ht-note">{hit.note}</span> : null}
            <ArrowRightOutlined />
          </div>
        </div>
      ))}
    </div>
  );
}
