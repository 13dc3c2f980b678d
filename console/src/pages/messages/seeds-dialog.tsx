import Button from "antd/es/button";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { TextField } from "../../parts/form.tsx";
import { Loaded } from "../../parts/states.tsx";
import { useTexts } from "../../texts/texts.ts";
import { type Seed, useMessageAct, useSeeds } from "./messages-data.ts";

/** Colleagues' own and test accounts on which templates are tried. */
export function SeedsDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts("messages");
  const query = useSeeds();
  const may = useCan("channels.manage");
  return (
    <Dialog open place="side" title={t("seeds.title")} onClose={onClose}>
      <div className="ht-stack">
        <p className="ht-note">{t("seeds.note")}</p>
        <Loaded query={query}>
          {({ items }) => (
            <ul className="ms-rows">
              {items.length === 0 ? <li className="ht-note">{t("seeds.empty")}</li> : null}
              {items.map((seed) => (
                <SeedLine key={seed.member_id} seed={seed} may={may} />
              ))}
            </ul>
          )}
        </Loaded>
        {may ? <SeedForm /> : null}
      </div>
    </Dialog>
  );
}

function SeedLine({ seed, may }: { seed: Seed; may: boolean }) {
  const t = useTexts("messages");
  const { member_id, name_masked, flags, mine, person_name, note } = seed;
  const remove = useMessageAct(() => api.delete(`/api/messages/seeds/${member_id}`), { done: t("seeds.removed") });
  return (
    <li>
      <span className="ht-cell-two">
        <span className="ht-row">
          <Link to={`/members/${member_id}`}>{name_masked ?? `#${member_id}`}</Link>
          {flags
            .filter((flag) => flag === "staff" || flag === "test")
            .map((flag) => (
              <Chip key={flag}>{t(`flag.${flag}`)}</Chip>
            ))}
          {mine ? <Chip tone="accent">{t("seeds.mine")}</Chip> : null}
        </span>
        <small>{[`#${member_id}`, note, mine ? null : person_name].filter(Boolean).join(" · ")}</small>
      </span>
      {may ? (
        <Button
          size="small"
          loading={remove.isPending}
          aria-label={t("seeds.remove_of", { n: member_id })}
          onClick={() => remove.mutate(undefined)}
        >
          {t("seeds.remove")}
        </Button>
      ) : null}
    </li>
  );
}

function SeedForm() {
  const t = useTexts("messages");
  const [member, setMember] = useState("");
  const [note, setNote] = useState("");
  const [mine, setMine] = useState(true);
  const save = useMessageAct(
    () => api.put("/api/messages/seeds", { member_id: Number(member), mine, note: note.trim() }),
    { done: t("seeds.saved"), onDone: () => setMember("") },
  );
  return (
    <fieldset className="ms-box">
      <legend>{t("seeds.add")}</legend>
      <TextField label={t("seeds.member")} hint={t("seeds.member_hint")} value={member} onChange={setMember} />
      <TextField label={t("seeds.remark")} required={false} value={note} onChange={setNote} />
      <label className="ms-check">
        <input type="checkbox" checked={mine} onChange={(event) => setMine(event.target.checked)} />{" "}
        {t("seeds.is_mine")}
      </label>
      <Button
        type="primary"
        disabled={!/^[1-9]\d{0,14}$/.test(member)}
        loading={save.isPending}
        onClick={() => save.mutate(undefined)}
      >
        {t("seeds.add")}
      </Button>
    </fieldset>
  );
}
