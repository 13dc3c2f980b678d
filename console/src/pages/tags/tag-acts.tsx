import { PlusOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { RelativeTime } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { say, sayError } from "../../parts/toast.tsx";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { type Kept, type MadeTag, useMadeTags } from "./custom-data.ts";
import { ImportDialog } from "./import-dialog.tsx";

/** New, import, export: what can be done with the catalogue as a whole. */
export function TagActs({ t }: { t: Translate }) {
  const may = useCan("tags.manage");
  const navigate = useNavigate();
  const made = useMadeTags();
  const [importing, setImporting] = useState(false);
  const some = made.data?.items.some((tag) => tag.archived_at === null) === true;
  return (
    <>
      <Link className="tg-use" to="/tags/reviews">
        {t("review.open")}
      </Link>
      {some ? (
        <a className="tg-use" href="/api/tags/export" download="huitou-tags.json">
          {t("export")}
        </a>
      ) : null}
      {may ? (
        <>
          <Button onClick={() => setImporting(true)}>{t("import.open")}</Button>
          <Button type="primary" icon={<PlusOutlined aria-hidden="true" />} onClick={() => void navigate("/tags/new")}>
            {t("new")}
          </Button>
          <ImportDialog open={importing} onClose={() => setImporting(false)} />
        </>
      ) : null}
    </>
  );
}

/** Tags that were archived, to be brought back, and those that cannot be computed, with the reason. */
export function ArchivedTags({ t }: { t: Translate }) {
  const made = useMadeTags();
  const items = (made.data?.items ?? []).filter((tag) => tag.archived_at !== null || tag.problems.length > 0);
  if (items.length === 0) return null;
  return (
    <Card title={t("made.archived_list")}>
      <ul className="tm-plan">
        {items.map((tag) => (
          <Archived key={tag.key} tag={tag} t={t} />
        ))}
      </ul>
    </Card>
  );
}

function Archived({ tag, t }: { tag: MadeTag; t: Translate }) {
  const shared = useTexts();
  const may = useCan("tags.manage");
  const client = useQueryClient();
  const restore = useMutation({
    mutationFn: () => api.post<Kept>(`/api/tags/custom/${tag.key}/restore`, {}),
    onSuccess: async () => {
      say(t("made.restored", { name: tag.zh }));
      await client.invalidateQueries({ queryKey: ["tags"] });
    },
    onError: (error) => sayError(error, shared("state.offline")),
  });
  const problem = tag.problems[0];
  return (
    <li className="tm-archived">
      <span>
        {pick(tag.zh, tag.en)} <code>{tag.key}</code>
      </span>
      <span className="ht-note">
        {tag.archived_at === null ? `${t("broken")} ${pick(problem?.zh ?? "", problem?.en ?? "")}` : null}
        {tag.archived_at === null ? null : <RelativeTime at={tag.archived_at} />}
      </span>
      {may && tag.archived_at !== null ? (
        <Button size="small" loading={restore.isPending} onClick={() => restore.mutate()}>
          {t("made.restore")}
        </Button>
      ) : null}
    </li>
  );
}
