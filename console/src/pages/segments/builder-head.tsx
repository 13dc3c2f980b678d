import { LinkOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useEffect, useId, useState } from "react";
import { Link, useNavigate } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { say, sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";
import { ADDRESS_CHARACTERS_MAX, toAddress } from "./model/address.ts";
import type { Segment } from "./segment-data.ts";
import type { Builder } from "./use-builder.ts";

interface BuilderHeadProps {
  readonly segment: Segment | null;
  readonly builder: Builder;
  readonly condition: string;
  readonly changed: boolean;
}

/** Name, state and acts: undo, redo, link, save. The name is written in place. */
export function BuilderHead({ segment, builder, condition, changed }: BuilderHeadProps) {
  const t = useTexts("segments");
  const id = useId();
  const may = useCan("segments.manage");
  const [name, setName] = useState(segment?.name ?? "");
  const renamed = segment !== null && name.trim() !== segment.name;
  useEffect(() => {
    document.title = name.trim() === "" ? t("builder.new") : name;
  }, [name, t]);
  const state = segment === null ? "draft" : changed || renamed ? "changed" : "saved";
  return (
    <header className="sg-head">
      <Link className="ht-back" to="/segments">
        <span aria-hidden="true">←</span> {t("builder.back")}
      </Link>
      <div className="sg-head-row">
        <h1 className="ht-hidden">{name.trim() === "" ? t("builder.new") : name}</h1>
        <label className="ht-hidden" htmlFor={id}>
          {t("builder.name")}
        </label>
        <input
          id={id}
          className="sg-name"
          value={name}
          maxLength={80}
          readOnly={!may}
          placeholder={t("builder.name_placeholder")}
          onChange={(event) => setName(event.target.value)}
        />
        <Chip tone={state === "saved" ? "good" : state === "changed" ? "warn" : "neutral"}>
          {t(`builder.${state}`)}
        </Chip>
        <div className="ht-actions sg-head-acts">
          <Button
            icon={<StepIcon />}
            disabled={builder.undo === null}
            aria-label={t("builder.undo")}
            title={t("builder.undo")}
            onClick={() => builder.undo?.()}
          />
          <Button
            icon={<StepIcon forward />}
            disabled={builder.redo === null}
            aria-label={t("builder.redo")}
            title={t("builder.redo")}
            onClick={() => builder.redo?.()}
          />
          <Share builder={builder} segment={segment} />
          {may ? (
            <SaveButtons segment={segment} name={name.trim()} condition={condition} dirty={changed || renamed} />
          ) : null}
        </div>
      </div>
    </header>
  );
}

/** A bent arrow, back or forward: the two must differ at a glance. */
function StepIcon({ forward }: { forward?: boolean }) {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" style={forward ? { scale: "-1 1" } : undefined}>
      <path d="M6 3 2.5 6.5 6 10M3 6.5h6.5a3.5 3.5 0 0 1 0 7H7" fill="none" stroke="currentColor" strokeWidth="1.6" />
    </svg>
  );
}

/** Copies an address that opens this very condition, saved or not. */
function Share({ builder, segment }: { builder: Builder; segment: Segment | null }) {
  const t = useTexts("segments");
  const copy = async () => {
    const packed = toAddress(builder.draft);
    if (packed.length > ADDRESS_CHARACTERS_MAX) return sayError(new Error(t("builder.too_long")), "");
    const address = new URL(`/segments/${segment?.segment_id ?? "new"}`, location.origin);
    if (packed !== "") address.searchParams.set("c", packed);
    await navigator.clipboard.writeText(address.toString());
    say(t("builder.shared"));
  };
  return (
    <Button
      icon={<LinkOutlined aria-hidden="true" />}
      disabled={builder.draft.children.length === 0}
      onClick={() => void copy()}
    >
      {t("builder.share")}
    </Button>
  );
}

interface SaveButtonsProps {
  readonly segment: Segment | null;
  readonly name: string;
  readonly condition: string;
  readonly dirty: boolean;
}

function SaveButtons({ segment, name, condition, dirty }: SaveButtonsProps) {
  const t = useTexts("segments");
  const shared = useTexts();
  const client = useQueryClient();
  const navigate = useNavigate();
  const save = useMutation({
    mutationFn: (asNew: boolean) => {
      const body = { name, condition: JSON.parse(condition) as unknown };
      return asNew || segment === null
        ? api.post<Segment>("/api/segments", body)
        : api.put<Segment>(`/api/segments/${segment.segment_id}`, body);
    },
    onSuccess: async (saved) => {
      say(t("builder.saved_toast", { name }));
      client.setQueryData(["segment", String(saved.segment_id)], saved);
      await client.invalidateQueries({ queryKey: ["segments", "list"] });
      await client.invalidateQueries({ queryKey: ["segments", "vocabulary"] });
      await navigate(`/segments/${saved.segment_id}`, { replace: true });
    },
    onError: (error) => sayError(error, shared("state.offline")),
  });
  const ready = name !== "" && condition !== "";
  return (
    <>
      {segment === null || !dirty ? null : (
        <Button
          disabled={!ready || name === segment.name}
          loading={save.isPending}
          title={name === segment.name ? t("builder.need_name") : undefined}
          onClick={() => save.mutate(true)}
        >
          {t("builder.save_as")}
        </Button>
      )}
      <Button
        type="primary"
        disabled={!ready || (segment !== null && !dirty)}
        loading={save.isPending}
        title={name === "" ? t("builder.need_name") : undefined}
        onClick={() => save.mutate(false)}
      >
        {t("builder.save")}
      </Button>
    </>
  );
}
