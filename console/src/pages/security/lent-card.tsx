import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { api } from "../../api/client.ts";
import { type Delegation, DELEGATION_TONES } from "../../api/delegations.ts";
import { SESSION_KEY, useSession } from "../../api/session.ts";
import { StatusDot } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Card } from "../../parts/page-header.tsx";
import { Loaded, SkeletonTable } from "../../parts/states.tsx";
import { say, sayError } from "../../parts/toast.tsx";
import { formatInstant } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";

const KEY = ["my-delegations"] as const;

/** What one has lent and what one was lent, to be ended by either; nothing where there is none. */
export function LentCard() {
  const t = useTexts("security");
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.get<{ items: readonly Delegation[] }>("/api/me/delegations/standing", {}, signal),
  });
  if (query.data?.items.length === 0) return null;
  return (
    <Card title={t("lent.title")} note={t("lent.note")} flush>
      <Loaded query={query} skeleton={<SkeletonTable rows={1} columns={4} />}>
        {({ items }) => <Standing items={items} />}
      </Loaded>
    </Card>
  );
}

function Standing({ items }: { items: readonly Delegation[] }) {
  const t = useTexts("security");
  const client = useQueryClient();
  const me = useSession()?.person?.id;
  const end = useMutation({
    mutationFn: (delegation_id: number) => api.post(`/api/me/delegations/${delegation_id}/end`),
    onSuccess: async () => {
      say(t("lent.ended"));
      await Promise.all([KEY, SESSION_KEY].map((queryKey) => client.invalidateQueries({ queryKey })));
    },
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
  return (
    <DataTable
      label={t("lent.title")}
      rows={items}
      rowKey={(one) => one.delegation_id}
      columns={[
        {
          key: "who",
          title: t("lent.who"),
          wrap: true,
          render: (one) => (
            <span className="ht-cell-two">
              <span>
                {t(me === one.giver_id ? "lent.given" : "lent.taken", { taker: one.taker, giver: one.giver })}
              </span>
              <small>
                {t(`shared:role.${one.role}`, { defaultValue: one.role })} · {one.reason}
              </small>
            </span>
          ),
        },
        { key: "until", title: t("lent.until"), render: (one) => formatInstant(one.until_at, { day: true }) },
        {
          key: "state",
          title: t("lent.state"),
          hide: "phone",
          render: (one) => (
            <StatusDot tone={DELEGATION_TONES[one.state]}>{t(`shared:delegation.${one.state}`)}</StatusDot>
          ),
        },
        {
          key: "act",
          title: "",
          numeric: true,
          render: (one) => (
            <Button size="small" disabled={end.isPending} onClick={() => end.mutate(one.delegation_id)}>
              {t(me === one.giver_id ? "lent.take_back" : "lent.give_back")}
            </Button>
          ),
        },
      ]}
    />
  );
}
