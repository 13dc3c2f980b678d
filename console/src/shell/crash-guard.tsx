import Button from "antd/es/button";
import { Component, type ReactNode } from "react";
import { useTexts } from "../texts/texts.ts";

function Crashed({ error }: { error: Error }) {
  const t = useTexts();
  return (
    <div className="ht-error" role="alert">
      <p className="ht-empty-title">{t("state.crash_title")}</p>
      <p className="ht-empty-text">{t("state.crash")}</p>
      <p className="ht-note ht-code">{error.message}</p>
      <Button onClick={() => location.reload()}>{t("state.reload")}</Button>
    </div>
  );
}

/** Keeps the shell standing when one page fails. */
export class CrashGuard extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    return this.state.error ? <Crashed error={this.state.error} /> : this.props.children;
  }
}
