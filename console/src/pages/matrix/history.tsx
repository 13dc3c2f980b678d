import Button from "antd/es/button";
import { Chip } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Instant } from "../../parts/figures.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { useTexts } from "../../texts/texts.ts";
import { useStartDraft, useVersions, type Version } from "./matrix-data.ts";

const TONES = { draft: "neutral", submitted: "warn", active: "good", superseded: "neutral", rejected: "bad" } as const;

interface HistoryProps {
  readonly open: boolean;
  readonly mayRestore: boolean;
  readonly onClose: () => void;
}

/** Every version with who made it and who put it into force; an older one comes back as a draft. */
export function History({ open, mayRestore, onClose }: HistoryProps) {
  const t = useTexts("matrix");
  const query = useVersions(open);
  const start = useStartDraft();
  const restore = (version: Version) =>
    start.mutate(
      { reason: t("restore_reason", { version: version.version }), from: version.version },
      { onSuccess: onClose },
    );
  return (
    <Dialog open={open} title={t("history")} onClose={onClose} place="side" wide>
      <Loaded query={query} skeleton={<SkeletonTable columns={4} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title={t("no_versions")} text={t("no_versions_text")} />
          ) : (
            <DataTable
              label={t("history")}
              rows={items}
              rowKey={(row) => row.version}
              columns={[
                {
                  key: "version",
                  title: t("version"),
                  render: (row) => (
                    <span className="ht-cell-two">
                      <span>
                        {row.version} <Chip tone={TONES[row.state]}>{t(`state.${row.state}`)}</Chip>{" "}
                        {row.alone ? <Chip tone="warn">{t("alone")}</Chip> : null}
                      </span>
                      <small>{row.reason}</small>
                    </span>
                  ),
                },
                {
                  key: "who",
                  title: t("who"),
                  render: (row) => (
                    <span className="ht-cell-two">
                      <span>
                        {row.author}
                        {row.approver === null ? "" : ` → ${row.approver}`}
                      </span>
                      <small>
                        <Instant at={row.decided_at ?? row.made_at} />
                      </small>
                    </span>
                  ),
                },
                {
                  key: "act",
                  title: "",
                  numeric: true,
                  render: (row) =>
                    row.state === "superseded" ? (
                      <Button size="small" disabled={!mayRestore} onClick={() => restore(row)}>
                        {t("restore")}
                      </Button>
                    ) : null,
                },
              ]}
            />
          )
        }
      </Loaded>
    </Dialog>
  );
}
