import { CopyOutlined, DeleteOutlined, QuestionCircleOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { say, sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";
import { copyName, usersOf } from "./model/references.ts";
import { type Segment, useSegments } from "./segment-data.ts";

/** Asks before a segment goes, and says who relies on it; while somebody does, it cannot go. */
export function DeleteDialog({
  segment,
  onClose,
  onDeleted,
}: {
  segment: Segment | null;
  onClose: () => void;
  onDeleted?: () => void;
}) {
  const t = useTexts("segments");
  const shared = useTexts();
  const client = useQueryClient();
  const list = useSegments();
  const users = segment === null ? [] : usersOf(segment.segment_id, list.data?.items ?? []);
  const remove = useMutation({
    mutationFn: () => api.delete(`/api/segments/${segment?.segment_id}`),
    onSuccess: async () => {
      say(t("list.deleted", { name: segment?.name }));
      onClose();
      onDeleted?.();
      await client.invalidateQueries({ queryKey: ["segments"] });
    },
    onError: (error) => sayError(error, shared("state.offline")),
  });
  return (
    <Dialog
      open={segment !== null}
      title={t("list.delete_title", { name: segment?.name ?? "" })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{shared("act.cancel")}</Button>
          <Button
            type="primary"
            danger
            disabled={users.length > 0}
            loading={remove.isPending}
            onClick={() => remove.mutate()}
          >
            {shared("act.delete")}
          </Button>
        </>
      }
    >
      {users.length === 0 ? (
        <p>{t("list.delete_text")}</p>
      ) : (
        <>
          <p>{t("list.delete_used", { n: users.length })}</p>
          <ul className="sf-user-list">
            {users.map((user) => (
              <li key={user.segment_id}>
                <Link to={`/segments/${user.segment_id}`}>{user.name}</Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}

/** What can be done with a kept segment beside saving it: ask about a member, copy, delete. */
export function SegmentActs({ segment, onExplain }: { segment: Segment; onExplain: () => void }) {
  const t = useTexts("segments");
  const shared = useTexts();
  const may = useCan("segments.manage");
  const client = useQueryClient();
  const navigate = useNavigate();
  const list = useSegments();
  const [asked, setAsked] = useState<Segment | null>(null);
  const copy = useMutation({
    mutationFn: () => {
      const taken = (list.data?.items ?? []).map((one) => one.name);
      const name = copyName(segment.name, taken, t("acts.copy_word"));
      return api.post<Segment>("/api/segments", { name, condition: segment.condition });
    },
    onSuccess: async (made) => {
      say(t("acts.copied", { name: made.name }));
      await client.invalidateQueries({ queryKey: ["segments"] });
      await navigate(`/segments/${made.segment_id}`);
    },
    onError: (error) => sayError(error, shared("state.offline")),
  });
  return (
    <div className="ht-actions sf-acts">
      <Button size="small" icon={<QuestionCircleOutlined aria-hidden="true" />} onClick={onExplain}>
        {t("acts.explain")}
      </Button>
      {may ? (
        <>
          <Button
            size="small"
            icon={<CopyOutlined aria-hidden="true" />}
            loading={copy.isPending}
            onClick={() => copy.mutate()}
          >
            {t("acts.duplicate")}
          </Button>
          <Button size="small" icon={<DeleteOutlined aria-hidden="true" />} onClick={() => setAsked(segment)}>
            {shared("act.delete")}
          </Button>
        </>
      ) : null}
      <DeleteDialog
        segment={asked}
        onClose={() => setAsked(null)}
        onDeleted={() => void navigate("/segments", { replace: true })}
      />
    </div>
  );
}
