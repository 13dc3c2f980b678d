import { useMutation, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { api, isAsked } from "../../api/client.ts";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { SelectField, TextField } from "../../parts/form.tsx";
import { say, sayError } from "../../parts/toast.tsx";
import { formatDay } from "../../texts/format.ts";
import { pick, useTexts } from "../../texts/texts.ts";
import type { Grant, MemberTier } from "./member-tier-data.ts";

interface GrantProps {
  readonly memberId: string;
  readonly data: MemberTier;
  readonly onClose: () => void;
}

interface Wish {
  readonly tier: string;
  readonly until: string;
  readonly reason: string;
}

/** Giving and ending, with the lists they change. */
function useGranting(memberId: string, onGiven: () => void) {
  const t = useTexts("tiers");
  const client = useQueryClient();
  const done = async (text: string) => {
    say(text);
    await client.invalidateQueries({ queryKey: ["members", "tier", memberId] });
    await client.invalidateQueries({ queryKey: ["tiers"] });
  };
  const give = useMutation({
    mutationFn: ({ tier, until, reason }: Wish) =>
      api.post("/api/tiers/grants", { member_id: Number(memberId), tier, until_day: until, reason }),
    onSuccess: async () => {
      await done(t("grant.done"));
      onGiven();
    },
    onError: (error) => {
      if (!isAsked(error)) return;
      sayError(error, "");
      onGiven();
    },
  });
  const end = useMutation({
    mutationFn: ({ grant_id, reason }: { grant_id: number; reason: string }) =>
      api.post(`/api/tiers/grants/${grant_id}/end`, { reason }),
    onSuccess: () => done(t("grant.ended")),
  });
  return { give, end };
}

/** Gives a tier until a day, with a reason; ends those that are in force. */
export function GrantDialog({ memberId, data, onClose }: GrantProps) {
  const t = useTexts("tiers");
  const [tier, setTier] = useState(data.standing.next_tier ?? data.standing.tier);
  const [until, setUntil] = useState("");
  const [typed, setTyped] = useState("");
  const { give, end } = useGranting(memberId, onClose);
  const reason = typed.trim();
  const ready = until !== "" && reason.length >= 2;
  const running = data.grants.filter((grant) => grant.state === "in_force");
  return (
    <FormDialog
      title={t("grant.title")}
      act={t("grant.give")}
      ready={ready}
      busy={give.isPending}
      error={give.error ?? end.error}
      onClose={onClose}
      onAct={() => give.mutate({ tier, until, reason })}
    >
      <p className="ht-note">{t("grant.note")}</p>
      <SelectField
        label={t("table.tier")}
        value={tier}
        onChange={setTier}
        options={data.tiers.slice(1).map((one) => ({ value: one.key, label: pick(one.zh, one.en) }))}
      />
      <div className="ht-field">
        <label htmlFor="grant-until">{t("grant.until")}</label>
        <input
          id="grant-until"
          className="ht-input"
          type="date"
          min={data.today}
          value={until}
          onChange={(event) => setUntil(event.target.value)}
        />
      </div>
      <TextField label={t("grant.reason")} value={typed} onChange={setTyped} hint={t("grant.reason_hint")} />
      <Running
        data={data}
        grants={running}
        ready={reason.length >= 2}
        pending={end.isPending}
        onEnd={(grant_id) => end.mutate({ grant_id, reason })}
      />
    </FormDialog>
  );
}

interface RunningProps {
  readonly data: MemberTier;
  readonly grants: readonly Grant[];
  readonly ready: boolean;
  readonly pending: boolean;
  readonly onEnd: (grant_id: number) => void;
}

/** Grants in force, each with a way to end it for the reason given above. */
function Running({ data, grants, ready, pending, onEnd }: RunningProps) {
  const t = useTexts("tiers");
  if (grants.length === 0) return null;
  return (
    <>
      <h3>{t("grant.running")}</h3>
      <ul className="mt-grants">
        {grants.map((grant) => (
          <li key={grant.grant_id}>
            <span>
              {pickTier(data, grant.tier)} · {t("member.until", { day: formatDay(grant.until_day) })} · {grant.reason}
            </span>
            <Button danger disabled={!ready} loading={pending} onClick={() => onEnd(grant.grant_id)}>
              {t("grant.end")}
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}

function pickTier(data: MemberTier, key: string): string {
  const tier = data.tiers.find((one) => one.key === key);
  return tier === undefined ? key : pick(tier.zh, tier.en);
}
