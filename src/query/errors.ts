import { defineErrors } from "../platform/index.ts";

/** Why a tree cannot be used. `{place}` is the path to the node, e.g. `parts[1].left`. */
export const queryErrors = defineErrors("query", {
  not_a_node: {
    status: 422,
    zh: "{place} 不是表达式节点：需要带 node 字段的对象。",
    en: "{place} is no expression node: an object with a field `node` is needed.",
  },
  unknown_node: {
    status: 422,
    zh: "{place} 的节点类型“{node}”不存在。请从词表重新选择该条件。",
    en: "{place} has the unknown node kind “{node}”. Choose the condition again from the vocabulary.",
  },
  unknown_field: {
    status: 422,
    zh: "{place} 有不认识的字段“{field}”。请删去。",
    en: "{place} has the unknown field “{field}”. Remove it.",
  },
  bad_field: {
    status: 422,
    zh: "{place} 的值不符合要求，需要{wanted_zh}。",
    en: "The value at {place} is not as required: {wanted_en} is needed.",
  },
  too_deep: {
    status: 422,
    zh: "条件嵌套超过 {max} 层。请把一部分另存为人群再引用。",
    en: "Nested deeper than {max} levels. Save a part as a segment and refer to it.",
  },
  too_large: {
    status: 422,
    zh: "条件超过 {max} 个节点。请把一部分另存为人群再引用。",
    en: "More than {max} nodes. Save a part as a segment and refer to it.",
  },
  unknown_relation: {
    status: 422,
    zh: "{place} 用到的数据表“{relation}”不在目录中。",
    en: "{place} uses the relation “{relation}”, which is not in the catalogue.",
  },
  unknown_column: {
    status: 422,
    zh: "{place}：数据表“{relation}”没有列“{column}”。可用的列：{known}。",
    en: "{place}: relation “{relation}” has no column “{column}”. Its columns: {known}.",
  },
  wrong_relation: {
    status: 422,
    zh: "{place}：数据表“{relation}”{reason_zh}。",
    en: "{place}: relation “{relation}” {reason_en}.",
  },
  wrong_scope: {
    status: 422,
    zh: "{place}：“{node}”不能用在这里，{reason_zh}。",
    en: "{place}: “{node}” cannot stand here, {reason_en}.",
  },
  wrong_type: {
    status: 422,
    zh: "{place} 需要{wanted_zh}，实际是{actual_zh}。",
    en: "{place} needs {wanted_en} but is {actual_en}.",
  },
  no_common_type: {
    status: 422,
    zh: "{place} 的两边类型不同：{left_zh}与{right_zh}不能比较或合用。",
    en: "The sides of {place} differ in type: {left_en} and {right_en} cannot be compared or combined.",
  },
  unknown_tag: {
    status: 422,
    zh: "{place} 引用的标签“{key}”不存在。",
    en: "{place} refers to the tag “{key}”, which does not exist.",
  },
  unknown_segment: {
    status: 422,
    zh: "{place} 引用的人群 {id} 不存在。",
    en: "{place} refers to segment {id}, which does not exist.",
  },
  cycle: {
    status: 422,
    zh: "{place} 形成循环引用：{cycle}。",
    en: "{place} closes a circle of references: {cycle}.",
  },
  bands_not_rising: {
    status: 422,
    zh: "{place} 的分段边界必须逐个变大。",
    en: "The borders at {place} must rise from one to the next.",
  },
  scale_too_large: {
    status: 422,
    zh: "{place} 的小数位数超过 {max} 位。请用“比值”节点取整到较少的位数。",
    en: "{place} has more than {max} digits after the point. Use a ratio node that rounds to fewer.",
  },
});
