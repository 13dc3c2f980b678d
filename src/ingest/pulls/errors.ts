import { defineErrors } from "../../platform/index.ts";

export const pullErrors = defineErrors("pull", {
  not_found: { status: 404, zh: "没有编号为 {pull_id} 的拉取。", en: "There is no pull {pull_id}." },
  name_taken: {
    status: 409,
    zh: "已有名为 {name} 的拉取。请换一个名字。",
    en: "There is a pull called {name}. Choose another name.",
  },
  password_needed: {
    status: 422,
    zh: "换了数据库地址或用户，请重新填写密码：已存的密码只发往原来的地址。",
    en: "Address or user changed: give the password again. A stored password is only sent to the address it was given for.",
  },
  connect_failed: {
    status: 422,
    zh: "连不上 {dialect} 数据库 {host}:{port}（{reason}）。请检查地址、端口、库名、用户、密码和防火墙。",
    en: "The {dialect} database at {host}:{port} cannot be reached ({reason}). Check address, port, database, user, password and firewall.",
  },
  query_failed: {
    status: 422,
    zh: "从表 {table} 读取失败（{reason}）。请检查该用户是否有只读权限，以及游标列是否有索引。",
    en: "Reading table {table} failed ({reason}). Check that the user may read it and that the cursor column is indexed.",
  },
  table_missing: {
    status: 422,
    zh: "数据库里没有表 {table}，或该用户看不到它。",
    en: "The database has no table {table}, or the user cannot see it.",
  },
  column_missing: {
    status: 422,
    zh: "表 {table} 没有列 {column}。表中的列：{columns}。",
    en: "Table {table} has no column {column}. It has: {columns}.",
  },
  bad_name: {
    status: 422,
    zh: "{place} 的名字 {name} 不可用：只能含字母、数字、下划线、$ 和汉字，可带一个点。",
    en: "The name {name} of {place} cannot be used: letters, digits, underscore and $ only, with at most one dot.",
  },
});
