import { CloudDownloadOutlined, PlusOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useSearchParams } from "react-router";
import { useCan } from "../../api/session.ts";
import { PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { addTexts, useTexts } from "../../texts/texts.ts";
import en from "./en.json";
import { PullCard } from "./pull-card.tsx";
import { usePulls } from "./pull-data.ts";
import { PullForm } from "./pull-form.tsx";
import "./pulls.css";
import zh from "./zh.json";

addTexts("pulls", { zh, en });

/** Tables of other databases that are read on a schedule; the open form stands in the address. */
export function PullsPage() {
  const t = useTexts("pulls");
  const query = usePulls();
  const may = useCan("data.manage");
  const [params, setParams] = useSearchParams();
  const close = () => setParams({});
  const add = may ? (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setParams({ new: "1" })}>
      {t("new")}
    </Button>
  ) : undefined;
  const edited = query.data?.items.find((pull) => String(pull.pull_id) === params.get("edit"));
  const none = query.data?.items.length === 0;
  return (
    <div className="ht-page">
      <PageHeader title={t("title")} note={t("note")} actions={none ? undefined : add} />
      <Loaded query={query} skeleton={<SkeletonBlock height={320} />}>
        {(data) =>
          data.items.length === 0 ? (
            <EmptyState icon={<CloudDownloadOutlined />} title={t("empty_title")} text={t("empty_text")} action={add} />
          ) : (
            data.items.map((pull) => (
              <PullCard key={pull.pull_id} pull={pull} onEdit={() => setParams({ edit: String(pull.pull_id) })} />
            ))
          )
        }
      </Loaded>
      {may && params.get("new") === "1" ? <PullForm onClose={close} /> : null}
      {may && edited ? <PullForm key={edited.pull_id} pull={edited} onClose={close} /> : null}
    </div>
  );
}
