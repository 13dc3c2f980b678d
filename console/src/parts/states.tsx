import type { UseQueryResult } from "@tanstack/react-query";
import Button from "antd/es/button";
import type { ReactNode } from "react";
import { ApiProblem } from "../api/client.ts";
import { pick, useTexts } from "../texts/texts.ts";
import "./states.css";

interface EmptyStateProps {
  readonly icon?: ReactNode;
  readonly title: string;
  /** Teaches the first step. */
  readonly text?: ReactNode;
  readonly action?: ReactNode;
  readonly small?: boolean;
}

export function EmptyState({ icon, title, text, action, small }: EmptyStateProps) {
  return (
    <div className={`ht-empty${small ? " ht-empty-small" : ""}`}>
      {icon === undefined ? null : (
        <div className="ht-empty-icon" aria-hidden="true">
          {icon}
        </div>
      )}
      <p className="ht-empty-title">{title}</p>
      {text === undefined ? null : <div className="ht-empty-text">{text}</div>}
      {action === undefined ? null : <div className="ht-actions">{action}</div>}
    </div>
  );
}

/** The sentence of an error in the reader's language: what is wrong and what to do. */
export function errorSentence(error: unknown, offline: string): string {
  if (error instanceof ApiProblem) return error.status === 0 ? offline : pick(error.detail_zh, error.detail);
  return error instanceof Error ? error.message : String(error);
}

export function ErrorState({ error, retry, small }: { error: unknown; retry?: () => void; small?: boolean }) {
  const t = useTexts();
  const code = error instanceof ApiProblem ? error.code : undefined;
  return (
    <div className={`ht-error${small ? " ht-error-small" : ""}`} role="alert">
      <p className="ht-empty-title">{t("state.error_title")}</p>
      <p className="ht-empty-text">{errorSentence(error, t("state.offline"))}</p>
      {code === undefined ? null : <p className="ht-note ht-code">{t("state.code", { code })}</p>}
      {retry === undefined ? null : <Button onClick={retry}>{t("state.retry")}</Button>}
    </div>
  );
}

/** Grey bars in the shape of `lines` lines of text. */
export function SkeletonText({ lines = 3 }: { lines?: number }) {
  return (
    <div className="ht-skeleton-text" aria-hidden="true">
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className="ht-bone" style={{ width: `${[92, 78, 85, 64, 88][line % 5]}%` }} />
      ))}
    </div>
  );
}

/** The place of a table before its rows are there. */
export function SkeletonTable({ rows = 6, columns = 5 }: { rows?: number; columns?: number }) {
  return (
    <div className="ht-skeleton-table" aria-hidden="true">
      {Array.from({ length: rows + 1 }, (_, row) => (
        <div key={row} className="ht-skeleton-row">
          {Array.from({ length: columns }, (_cell, column) => (
            <span key={column} className="ht-bone" style={{ width: column === 0 ? "70%" : "50%" }} />
          ))}
        </div>
      ))}
    </div>
  );
}

/** A block of a given height, so that charts and tiles do not jump. */
export function SkeletonBlock({ height }: { height: number }) {
  return <div className="ht-bone ht-skeleton-block" style={{ height }} aria-hidden="true" />;
}

interface LoadedProps<T> {
  readonly query: Pick<UseQueryResult<T>, "data" | "error" | "refetch">;
  readonly skeleton?: ReactNode;
  readonly children: (data: T) => ReactNode;
  readonly small?: boolean;
}

/** Skeleton while loading, the error with a way on, or the data. Old data stay visible while new ones load. */
export function Loaded<T>({ query, skeleton, children, small }: LoadedProps<T>) {
  const t = useTexts();
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <ErrorState error={query.error} retry={() => void query.refetch()} small={small ?? false} />;
  return (
    <div className="ht-loading" role="status" aria-busy="true" aria-label={t("state.loading")}>
      {skeleton ?? <SkeletonText lines={4} />}
    </div>
  );
}
