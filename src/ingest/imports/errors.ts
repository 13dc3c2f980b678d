import { defineErrors } from "../../platform/index.ts";

/** What can be wrong with a whole file or with an import. */
export const importErrors = defineErrors("import", {
  not_found: {
    status: 404,
    zh: "没有编号为 {import_id} 的导入。它可能已被删除。",
    en: "There is no import {import_id}. It may have been deleted.",
  },
  upload_gone: {
    status: 410,
    zh: "文件 {file_name} 的密封副本已到期删除。请重新上传。",
    en: "The sealed copy of {file_name} has expired. Upload the file again.",
  },
  no_file: {
    status: 400,
    zh: "请求里没有文件。请用表单字段 file 上传一个文件。",
    en: "The request holds no file. Send one in the form field file.",
  },
  file_too_large: {
    status: 413,
    zh: "文件超过上限 {limit_bytes} 字节。请在单据边界处拆成几个文件，或压缩成 .gz 后再传。",
    en: "The file is larger than {limit_bytes} bytes. Split it between two documents, or gzip it, and send it again.",
  },
  too_many_uploads: {
    status: 409,
    zh: "已保存 {limit} 个上传文件，达到上限。请先删除不再需要的导入。",
    en: "{limit} uploads are kept, which is the limit. Delete imports that are no longer needed.",
  },
  unpacked_too_large: {
    status: 413,
    zh: "文件解压后超过 {limit_bytes} 字节，已停止读取。请拆分后再传。",
    en: "The file unpacks to more than {limit_bytes} bytes; reading stopped. Split it and send it again.",
  },
  empty_file: {
    status: 422,
    zh: "文件 {file_name} 是空的（0 字节内容）。请重新导出。",
    en: "The file {file_name} is empty. Export it again.",
  },
  header_only: {
    status: 422,
    zh: "文件 {file_name} 只有表头，没有数据行。请检查导出条件。",
    en: "The file {file_name} has a header and no rows. Check what the export selected.",
  },
  broken_gzip: {
    status: 422,
    zh: "压缩文件在解压出 {read_bytes} 字节后中断，可能没有传完整。请重新下载或压缩后再传；没有导入任何一行。",
    en: "The gzip file breaks off after {read_bytes} unpacked bytes: it is probably incomplete. Copy or compress it again; no row was taken.",
  },
  not_a_table: {
    status: 422,
    zh: "文件 {file_name} 看起来是 {found}，不是表格。请导出为 CSV、XLSX 或 Parquet。",
    en: "The file {file_name} looks like {found}, not like a table. Export it as CSV, XLSX or Parquet.",
  },
  zip_not_xlsx: {
    status: 422,
    zh: "文件 {file_name} 是 ZIP 压缩包，里面没有工作簿。请解压后上传其中的表格文件，或改用 gzip。",
    en: "The file {file_name} is a ZIP archive without a workbook in it. Unpack it and send the table inside, or use gzip.",
  },
  password_protected: {
    status: 422,
    zh: "文件 {file_name} 是有密码保护的 Excel 文件，或旧版 .xls。请在 Excel 中取消密码，另存为 .xlsx 后再传。",
    en: "The file {file_name} is a password-protected workbook or an old .xls. Remove the password in Excel, save it as .xlsx and send it again.",
  },
  broken_xlsx: {
    status: 422,
    zh: "工作簿 {file_name} 无法读取：{reason}。请在 Excel 中打开并另存为 .xlsx 后再传。",
    en: "The workbook {file_name} cannot be read: {reason}. Open it in Excel, save it as .xlsx and send it again.",
  },
  no_such_sheet: {
    status: 422,
    zh: "工作簿里没有名为 {sheet} 的工作表；有：{sheets}。",
    en: "The workbook has no sheet called {sheet}; it has: {sheets}.",
  },
  xlsx_too_large: {
    status: 413,
    zh: "工作簿解压后超过 {limit_bytes} 字节。请另存为 CSV（可 gzip）后再传。",
    en: "The workbook unpacks to more than {limit_bytes} bytes. Save it as CSV (gzipped if you like) and send that.",
  },
  broken_parquet: {
    status: 422,
    zh: "Parquet 文件 {file_name} 无法读取：{reason}。它可能没有写完整。",
    en: "The Parquet file {file_name} cannot be read: {reason}. It may not have been written to its end.",
  },
  parquet_group_too_large: {
    status: 413,
    zh: "Parquet 文件有一个行组为 {rows} 行、{bytes} 字节，超过上限。请用较小的行组（如 1,000,000 行）重新写出。",
    en: "A row group of the Parquet file has {rows} rows and {bytes} bytes, above the limit. Write it again with smaller row groups, for example 1,000,000 rows.",
  },
  too_many_columns: {
    status: 422,
    zh: "文件有 {columns} 列，上限是 {limit} 列。请只导出需要的列；若分隔符识别有误，请指定分隔符。",
    en: "The file has {columns} columns; the limit is {limit}. Export only the columns you need; if the delimiter was misread, name it.",
  },
  too_many_distinct_lines: {
    status: 422,
    zh: "读到第 {row} 行时，不同的明细行超过 {limit}，已停止；之前的行已入账。请在单据边界处拆分文件。",
    en: "More than {limit} distinct lines by row {row}: reading stopped, the rows before it are in. Split the file between two documents.",
  },
  unknown_encoding: {
    status: 422,
    zh: "不认识编码 {encoding}。可用：utf-8、utf-16le、utf-16be、gb18030、windows-1252。",
    en: "The encoding {encoding} is not known. Use utf-8, utf-16le, utf-16be, gb18030 or windows-1252.",
  },
  unknown_kind: { status: 422, zh: "没有记录类型 {kind}。", en: "There is no record kind {kind}." },
  unknown_field: {
    status: 422,
    zh: "记录类型 {kind} 没有字段 {field}。请从列表中选择。",
    en: "The record kind {kind} has no field {field}. Choose one from the list.",
  },
  unknown_column: {
    status: 422,
    zh: "字段 {field} 指向第 {column} 列，但文件只有 {columns} 列。",
    en: "The field {field} points to column {column}, but the file has {columns} columns.",
  },
  field_missing: {
    status: 422,
    zh: "记录类型 {kind} 必须有 {field}（{field_zh}），但没有列对应它。请指定一列或一个固定值。",
    en: "A record of kind {kind} needs {field} ({field_en}), but no column is mapped to it. Choose a column or a fixed value.",
  },
  identity_missing: {
    status: 422,
    zh: "记录类型 {kind} 说的是某个人，但没有一列是身份（手机号、卡号、会员编号等）。请指定至少一列。",
    en: "A record of kind {kind} is about a person, but no column holds an identity (phone, card number, member id …). Choose at least one.",
  },
  time_missing: {
    status: 422,
    zh: "没有列给出发生时间。请指定时间列，或在选项中给出 as_of（这份文件所说的日期）。",
    en: "No column gives the time. Choose a time column, or give as_of in the options: the day this file speaks of.",
  },
  not_mapped: {
    status: 409,
    zh: "请先确认列与字段的对应，再检查或运行。",
    en: "Confirm the mapping of columns to fields before checking or running.",
  },
  wrong_state: {
    status: 409,
    zh: "这次导入的状态是 {state}，不能{action_zh}。",
    en: "This import is {state}; it cannot be {action_en} now.",
    words: {
      state: {
        uploaded: ["待对列", "waiting for its columns"],
        mapped: ["待试算", "waiting to be checked"],
        checked: ["待导入", "waiting to be run"],
        running: ["导入中", "running"],
        done: ["已完成", "done"],
        failed: ["失败", "failed"],
        cancelled: ["已取消", "cancelled"],
        undone: ["已撤销", "undone"],
      },
    },
  },
  bad_option: {
    status: 422,
    zh: "选项 {option} 的值 {value} 不可用：{reason}。",
    en: "The value {value} of option {option} cannot be used: {reason}.",
  },
  no_error_file: {
    status: 404,
    zh: "这次导入没有错误行，或错误文件已到期删除。",
    en: "This import has no rows in error, or its error file has expired.",
  },
});

/** What can be wrong with one row; the row goes to the error file with this sentence, the others go on. */
export const rowErrors = defineErrors("row", {
  too_many_cells: {
    status: 422,
    zh: "有 {cells} 个单元格，表头只有 {columns} 列。多半是某格里含有未加引号的分隔符；请加引号后重新导出。",
    en: "The row has {cells} cells, the header {columns}. Most likely a cell holds the delimiter without quotes; export it with quotes.",
  },
  too_few_cells: {
    status: 422,
    zh: "只有 {cells} 个单元格，表头有 {columns} 列，缺了要导入的列。多半是某格里有换行；请加引号后重新导出。",
    en: "The row has {cells} cells, the header {columns}, and a mapped column is missing. Most likely a cell was broken by a newline; export it with quotes.",
  },
  open_quote: {
    status: 422,
    zh: "有一个引号打开后没有关闭。请检查这一行的引号。",
    en: "A quote is opened and never closed. Check the quotes of this row.",
  },
  cell_too_long: {
    status: 422,
    zh: "“{column}”超过 {limit} 个字符。",
    en: "“{column}” is longer than {limit} characters.",
  },
  nul_byte: {
    status: 422,
    zh: "“{column}”含有 NUL 字节，无法保存。请在来源中清除后重新导出。",
    en: "“{column}” holds a NUL byte, which cannot be stored. Clean it at the source and export again.",
  },
  bad_characters: {
    status: 422,
    zh: "“{column}”含有不属于编码 {encoding} 的字节。请用正确的编码重新导出，或在选项中改编码。",
    en: "“{column}” holds bytes that are not {encoding}. Export with the right encoding, or choose another one in the options.",
  },
  required_empty: { status: 422, zh: "“{column}”是必填的，但为空。", en: "“{column}” is required but empty." },
  no_identity: {
    status: 422,
    zh: "没有任何身份（手机号、卡号、会员编号等），不知道说的是谁。",
    en: "The row holds no identity (phone, card number, member id …), so nobody knows whom it is about.",
  },
  not_a_number: {
    status: 422,
    zh: "“{column}”不是数字。请只填数字，如 1234.50。",
    en: "“{column}” is not a number. Write it like 1234.50.",
  },
  not_whole: { status: 422, zh: "“{column}”应为整数。", en: "“{column}” must be a whole number." },
  out_of_range: { status: 422, zh: "“{column}”的数值超出可用范围。", en: "“{column}” is outside the usable range." },
  not_a_date: {
    status: 422,
    zh: "“{column}”不是可识别的日期时间（当前格式：{format}）。请写成 2026-11-22 或 2026-11-22 18:30:00，或在选项中指定格式。",
    en: "“{column}” is not a date that can be read (format now: {format}). Write 2026-11-22 or 2026-11-22 18:30:00, or name the format in the options.",
  },
  date_too_early: {
    status: 422,
    zh: "“{column}”在 {limit} 之前，多半是空日期被 Excel 写成了 1899/1900 年。请改正或留空。",
    en: "“{column}” is before {limit}; most likely an empty date that Excel wrote as 1899 or 1900. Correct it or leave it empty.",
  },
  date_in_future: {
    status: 422,
    zh: "“{column}”在未来。请检查年份和日期格式。",
    en: "“{column}” lies in the future. Check the year and the date format.",
  },
  scientific_notation: {
    status: 422,
    zh: "“{column}”是科学计数法，末尾的数字已经丢失。请在来源中把这一列设为文本后重新导出。",
    en: "“{column}” is in scientific notation: its last digits are lost. Make the column text at the source and export again.",
  },
  digits_lost: {
    status: 422,
    zh: "“{column}”是超过 15 位的数字，Excel 已把末尾几位改成 0。请把这一列设为文本后重新导出。",
    en: "“{column}” is a number of more than 15 digits, whose last digits Excel has turned into zeros. Make the column text and export again.",
  },
  formula: {
    status: 422,
    zh: "“{column}”是公式，没有可用的值。请把公式粘贴为值后重新导出。",
    en: "“{column}” is a formula without a usable value. Paste the values in its place and export again.",
  },
  cell_error: {
    status: 422,
    zh: "“{column}”是 Excel 错误值（如 #REF!）。请改正后重新导出。",
    en: "“{column}” is an Excel error such as #REF!. Correct it and export again.",
  },
  unknown_value: {
    status: 422,
    zh: "“{column}”的值不在可选范围：{values}。",
    en: "The value of “{column}” is not one of: {values}.",
  },
  negative_price: {
    status: 422,
    zh: "单价为负：这既不是销售也不是退货，按调整行计。",
    en: "The price is negative: neither a sale nor a return; counted as an adjustment.",
  },
  negative_amount: {
    status: 422,
    zh: "数量不为负但金额为负：这既不是销售也不是退货，按调整行计。",
    en: "The amount is negative while the quantity is not: neither a sale nor a return; counted as an adjustment.",
  },
  stock_adjustment: {
    status: 422,
    zh: "数量 ≤ 0 且金额为 0：是库存调整，不是销售也不是退货。",
    en: "Quantity at or below zero with no amount: a stock adjustment, neither a sale nor a return.",
  },
  account_adjustment: {
    status: 422,
    zh: "品名表明这是账务调整（如坏账），不是销售。",
    en: "The description says that this is an account adjustment such as a bad debt, not a sale.",
  },
  second_time: {
    status: 422,
    zh: "单据 {document} 的各行时间不同：行都保留，单据取最早的时间。",
    en: "The rows of document {document} have different times: all lines are kept, the document takes the earliest.",
  },
  second_person: {
    status: 422,
    zh: "单据 {document} 的各行属于不同的人：行都保留，单据记在第一个人名下。",
    en: "The rows of document {document} name different people: all lines are kept, the document goes to the first.",
  },
  second_header: {
    status: 422,
    zh: "单据 {document} 的各行“{column}”不同：行都保留，单据取第一个值。",
    en: "The rows of document {document} differ in “{column}”: all lines are kept, the document takes the first value.",
  },
  no_amount: {
    status: 422,
    zh: "既没有金额，也没有单价和数量，算不出这一行的金额。",
    en: "There is neither an amount nor a price and a quantity, so the line's amount is not known.",
  },
});
