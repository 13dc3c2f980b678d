import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { DraftHeader, ProblemList } from "../../parts/draft-card.tsx";
import { Card } from "../../parts/page-header.tsx";
import { Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { pick, useTexts } from "../../texts/texts.ts";
import { CouponForm } from "./coupon-form.tsx";
import { type Definition, useChecked, useCoupon, useCouponAct } from "./coupons-data.ts";
import { FRESH, isComplete, named } from "./draft.ts";
import { TryBasketPanel } from "./try-basket.tsx";
import "./coupons.css";
import "./texts.ts";

/** A coupon as sentences, beside a basket on which it is tried. */
export function CouponEditPage() {
  const { coupon } = useParams();
  const query = useCoupon(coupon ?? "", coupon !== undefined);
  if (coupon === undefined) return <Editor start={FRESH} isNew />;
  return (
    <Loaded query={query} skeleton={<SkeletonBlock height={420} />}>
      {({ versions }) => <Editor start={versions[0]?.definition ?? FRESH} isNew={false} />}
    </Loaded>
  );
}

function Editor({ start, isNew }: { start: Definition; isNew: boolean }) {
  const t = useTexts("coupons");
  const go = useNavigate();
  const manage = useCan("benefits.manage");
  const [coupon, setCoupon] = useState(start);
  const checked = useChecked(named(coupon), true).data;
  const save = useCouponAct((definition: Definition) => api.put(`/api/coupons/${definition.key}/draft`, definition), {
    done: t("done.saved"),
    onDone: () => void go(`/coupons/${coupon.key}`),
  });
  const to = isNew ? "/coupons" : `/coupons/${start.key}`;
  return (
    <div className="ht-page">
      <DraftHeader
        name={isNew ? undefined : pick(start.zh, start.en)}
        note={checked === undefined ? undefined : pick(checked.zh, checked.en)}
        to={to}
        maySave={manage}
        ready={isComplete(coupon)}
        busy={save.isPending}
        onSave={() => save.mutate(coupon)}
        t={t}
      />
      <div className="ht-grid">
        <div className="ht-span-7 ht-stack">
          <CouponForm coupon={coupon} onChange={setCoupon} t={t} isNew={isNew} />
        </div>
        <div className="ht-span-5 ht-stack">
          <TryBasketPanel coupon={coupon} t={t} />
          {checked === undefined || checked.problems.length === 0 ? null : (
            <Card title={t("edit.problems")}>
              <ProblemList problems={checked.problems} sound={null} />
            </Card>
          )}
        </div>
      </div>
    </div>
  );
}
