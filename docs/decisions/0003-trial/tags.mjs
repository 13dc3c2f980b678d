// The ten hardest of the 62 tags by hand. `d` holds what had to differ between the three engines; the rest is the same text.
const DAY = "2026-11-22";

export const dialects = {
  postgresql: {
    text: (x) => `${x} collate "C"`,
    days: (later, earlier) => `(${later} - ${earlier})`,
    minus: (n) => `date '${DAY}' - ${n}`,
    plus: (x, n) => `${x} + ${n}`,
    nearest: (x) => `percentile_disc(0.5) within group (order by ${x})`,
    whole: (a, b) => `div(${a}::numeric, ${b}::numeric)`,
  },
  duckdb: {
    text: (x) => x,
    days: (later, earlier) => `(${later} - ${earlier})`,
    minus: (n) => `date '${DAY}' - ${n}`,
    plus: (x, n) => `${x} + ${n}`,
    nearest: (x) => `quantile_disc(${x}, 0.5)`,
    whole: (a, b) => `((${a})::hugeint // (${b})::hugeint)`,
  },
  spark: {
    text: (x) => x,
    days: (later, earlier) => `datediff(${later}, ${earlier})`,
    minus: (n) => `date_sub(date '${DAY}', ${n})`,
    plus: (x, n) => `date_add(${x}, ${n})`,
    nearest: (x) => `percentile_disc(0.5) within group (order by ${x})`,
    whole: (a, b) => `(cast(${a} as decimal(38,0)) div cast(${b} as decimal(38,0)))`,
  },
};

const ratio = (d, a, b, units) =>
  `case when ${b} is null or ${b} = 0 then null else cast(sign(${a}) * sign(${b}) * ` +
  `${d.whole(`2 * abs(${a}) * ${units} + abs(${b})`, `2 * abs(${b})`)} as bigint) end`;
const mode = (value, weight, last, from) => (d) =>
  `select member_id, value from (select member_id, value, row_number() over (partition by member_id
     order by weight desc, latest desc, ${d.text("value")} asc) as place
   from (select member_id, ${value} as value, ${weight} as weight, ${last} as latest from ${from} group by member_id, ${value}) g) r
   where place = 1`;
const gaps = (d) => `select member_id, ${d.days("business_day", "lag(business_day) over (partition by member_id order by business_day)")} as gap
   from purchase_days where business_day <= date '${DAY}'`;
const median = (d) => `select member_id, ${d.nearest("gap")} as value from (${gaps(d)}) g where gap is not null group by member_id`;

export const tags = {
  favourite_category: mode("category", "sum(quantity)", "max(business_day)", "(select * from lines where category is not null) l"),
  preferred_daypart: mode(
    "daypart", "count(*)", "max(business_day)",
    "(select *, case when hour < 6 then 'night' when hour < 11 then 'morning' when hour < 17 then 'day' else 'evening' end as daypart from orders) o",
  ),
  favourite_store_zh: mode("store", "count(*)", "1", "(select * from orders where store is not null) o"),
  median_interval: median,
  overdue_ratio: (d) =>
    `select p.member_id, ${ratio(d, "since", "m.value", 100)} as value from (select member_id, ${d.days(`date '${DAY}'`, "max(business_day)")} as since
     from purchase_days group by member_id) p join (${median(d)}) m on m.member_id = p.member_id`,
  discount_share: (d) =>
    `select member_id, ${ratio(d, "a", "b", 10000)} as value from (select member_id, sum(discount) as a, sum(gross) as b from lines
     where business_day > ${d.minus(365)} and business_day <= date '${DAY}' group by member_id) s`,
  repurchase_90: (d) =>
    `select member_id, case when second <= ${d.plus("first", 90)} then 1 else 0 end as value from (select member_id, min(business_day) as first,
     min(case when place = 2 then business_day end) as second from (select member_id, business_day,
     row_number() over (partition by member_id order by business_day) as place from purchase_days) r group by member_id) s`,
  price_band: (d) =>
    `select member_id, case when m < 2000 then 'low' when m < 8000 then 'mid' else 'high' end as value from
     (select member_id, ${d.nearest("unit_price")} as m from lines where unit_price is not null group by member_id) s`,
  share_then_visit_7: (d) =>
    `select a.member_id, count(distinct a.event_id) as value from events a join events b on b.member_id = a.member_id and b.kind = 'share_visit'
     and b.happened > a.happened and b.business_day <= ${d.plus("a.business_day", 7)} where a.kind = 'share' group by a.member_id`,
  new_product_adopter: (d) =>
    `select member_id, count(distinct sku) as value from lines where launched_on is not null and
     ${d.days("business_day", "launched_on")} between 0 and 30 group by member_id`,
};
