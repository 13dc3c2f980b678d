import { InboxOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { type DragEvent, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { upload } from "../../api/client.ts";
import { FormError } from "../../parts/form.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { formatRatio } from "../../texts/format.ts";
import { addTexts, useTexts } from "../../texts/texts.ts";
import en from "./en.json";
import type { ImportView } from "./import-data.ts";
import "./imports.css";
import zh from "./zh.json";

addTexts("imports", { zh, en });

const ACCEPTED = ".csv,.tsv,.txt,.xlsx,.parquet,.gz";

interface Uploading {
  readonly name: string;
  readonly part: number;
  readonly stop: () => void;
}

/** @param onDone what follows; without it the file's import is opened */
function useUpload(onDone: ((view: ImportView) => void) | undefined) {
  const t = useTexts("imports");
  const client = useQueryClient();
  const navigate = useNavigate();
  const [now, setNow] = useState<Uploading | null>(null);
  const [error, setError] = useState<string | null>(null);
  const start = async (file: File) => {
    const controller = new AbortController();
    const form = new FormData();
    form.append("file", file);
    const show = (part: number) => setNow({ name: file.name, part, stop: () => controller.abort() });
    setError(null);
    show(0);
    try {
      const view = await upload<ImportView>("/api/imports", form, show, controller.signal);
      client.setQueryData(["import", String(view.import_id)], view);
      void client.invalidateQueries({ queryKey: ["imports"] });
      if (onDone === undefined) await navigate(`/data/imports/${view.import_id}`);
      else onDone(view);
    } catch (problem) {
      if (!controller.signal.aborted) setError(errorSentence(problem, t("shared:state.offline")));
    } finally {
      setNow(null);
    }
  };
  return { now, error, start };
}

interface DropZoneProps {
  readonly autoFocus: boolean;
  readonly onDone?: (view: ImportView) => void;
}

/** Takes a file by drag, by choice or by keyboard, and goes on with it once it is there. */
export function DropZone({ autoFocus, onDone }: DropZoneProps) {
  const t = useTexts("imports");
  const { now, error, start } = useUpload(onDone);
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) void start(file);
  };
  return (
    <div className="ht-stack">
      <FormError text={error} />
      <div
        className={`ht-drop${over ? " ht-drop-over" : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <InboxOutlined className="ht-drop-icon" />
        {now ? <UploadLine now={now} /> : null}
        {now ? null : (
          <p>
            {over ? t("dropping") : t("drop")}{" "}
            <Button type="primary" autoFocus={autoFocus} onClick={() => input.current?.click()}>
              {t("choose")}
            </Button>
          </p>
        )}
        <p className="ht-note">{t("drop_hint")}</p>
        <input
          ref={input}
          type="file"
          accept={ACCEPTED}
          className="ht-hidden"
          tabIndex={-1}
          aria-label={t("choose")}
          onChange={(event) => {
            const file = event.target.files?.[0];
            event.target.value = "";
            if (file) void start(file);
          }}
        />
      </div>
    </div>
  );
}

function UploadLine({ now }: { now: Uploading }) {
  const t = useTexts("imports");
  const label = t("uploading", { name: now.name });
  return (
    <div className="ht-drop-progress">
      <p>
        {label} {formatRatio(now.part, 0)}{" "}
        <Button size="small" onClick={now.stop}>
          {t("cancel_upload")}
        </Button>
      </p>
      <progress className="ht-progress" aria-label={label} max={1} value={now.part} />
    </div>
  );
}
