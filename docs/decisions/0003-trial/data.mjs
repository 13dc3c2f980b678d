// Small data with nulls, ties, month ends, returns and texts whose order differs between code point and locale.
let state = 7;
const random = (n) => {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  return (state >>> 8) % n;
};
const day = (n) => new Date(Date.UTC(2026, 10, 22) - n * 86400000).toISOString().slice(0, 10);
const pick = (list) => list[random(list.length)];
const words = ["乌龙茶", "绿茶", "Abc", "abc", "ábc", "Zed", "_x", "😀茶", null];

export function rows(members = 200) {
  const out = { lines: [], orders: [], purchase_days: [], events: [] };
  for (let member = 1; member <= members; member++) {
    const days = new Set();
    for (let i = random(9); i > 0; i--) {
      const n = pick([0, 1, 30, 31, 89, 90, 91, 264, 265, 364, 365, 366, random(500)]);
      days.add(n);
      out.orders.push({ member_id: member, business_day: day(n), hour: random(24), store: pick(words) });
      out.lines.push({ member_id: member, business_day: day(n), sku: `S${random(4)}`, category: pick(words), quantity: random(4) - 1,
        unit_price: pick([null, 1999, 2000, 7999, 8000]), gross: random(5) * 1000, discount: random(3) * 333, launched_on: pick([null, day(n), day(n + 30), day(n + 31), day(n - 1)]) });
    }
    for (const n of days) out.purchase_days.push({ member_id: member, business_day: day(n) });
    for (let i = random(6); i > 0; i--) {
      const n = random(20);
      out.events.push({ member_id: member, event_id: out.events.length + 1, kind: pick(["share", "share_visit"]), business_day: day(n), happened: `${day(n)} ${10 + random(3)}:00:00` });
    }
  }
  return out;
}

export const types = {
  lines: "member_id bigint, business_day date, sku TEXT, category TEXT, quantity bigint, unit_price bigint, gross bigint, discount bigint, launched_on date",
  orders: "member_id bigint, business_day date, hour int, store TEXT",
  purchase_days: "member_id bigint, business_day date",
  events: "member_id bigint, event_id bigint, kind TEXT, business_day date, happened timestamp",
};

export function literals(table, row) {
  return types[table].split(", ").map((part) => {
    const [name, type] = part.split(" ");
    const value = row[name];
    if (value === null) return `cast(null as ${type === "TEXT" ? "varchar(40)" : type})`;
    if (type === "TEXT") return `'${value}'`;
    return type === "date" || type === "timestamp" ? `${type} '${value}'` : String(value);
  }).join(", ");
}
