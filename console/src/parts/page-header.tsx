import { type ReactNode, useEffect } from "react";
import { Link } from "react-router";
import { useSession } from "../api/session.ts";
import { useTexts } from "../texts/texts.ts";
import "./page.css";

interface PageHeaderProps {
  readonly title: string;
  /** One quiet line beside the title: how fresh, how many. */
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  /** The page above this one. */
  readonly back?: { readonly to: string; readonly label: string };
  readonly tags?: ReactNode;
}

/** Title, note and actions of a page; sets the document's title. */
export function PageHeader({ title, note, actions, back, tags }: PageHeaderProps) {
  const t = useTexts();
  const brand = useSession()?.brand_name;
  useEffect(() => {
    document.title = `${title} · ${brand ?? t("brand")}`;
  }, [title, brand, t]);
  return (
    <header className="ht-page-header">
      {back ? (
        <Link className="ht-back" to={back.to}>
          <span aria-hidden="true">←</span> {back.label}
        </Link>
      ) : null}
      <div className="ht-page-header-row">
        <h1>{title}</h1>
        {tags}
        {note === undefined ? null : <p className="ht-note">{note}</p>}
        {actions === undefined ? null : <div className="ht-actions">{actions}</div>}
      </div>
    </header>
  );
}

interface CardProps {
  readonly title?: ReactNode;
  readonly note?: ReactNode;
  readonly extra?: ReactNode;
  readonly children?: ReactNode;
  /** No inner padding: for tables that reach the edges. */
  readonly flush?: boolean;
  readonly className?: string;
  readonly id?: string;
}

/** A titled surface. Headings inside pages are h2. */
export function Card({ title, note, extra, children, flush, className, id }: CardProps) {
  return (
    <section className={`ht-card${flush ? " ht-card-flush" : ""}${className ? ` ${className}` : ""}`} id={id}>
      {title === undefined ? null : (
        <div className="ht-card-head">
          <h2>{title}</h2>
          {note === undefined ? null : <span className="ht-note">{note}</span>}
          {extra === undefined ? null : <div className="ht-actions">{extra}</div>}
        </div>
      )}
      <div className="ht-card-body">{children}</div>
    </section>
  );
}
