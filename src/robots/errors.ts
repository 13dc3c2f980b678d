import { defineErrors } from "../platform/index.ts";

export const errors = defineErrors("robots", {
  unknown: {
    status: 404,
    zh: "没有机器人 {robot_id}。请在机器人列表中选择。",
    en: "There is no robot {robot_id}. Choose one from the list.",
  },
  run_unknown: { status: 404, zh: "没有运行记录 {run_id}。", en: "There is no run {run_id}." },
  flow_unknown: {
    status: 422,
    zh: "没有流程「{flow}」。请从列表中选择，或把流程文件放进 robots/ 并登记。",
    en: "There is no flow {flow}. Choose one from the list, or add its file to robots/ and its index.",
  },
  full: {
    status: 409,
    zh: "最多 {limit} 个机器人。请先删除不用的。",
    en: "There are {limit} robots at most. Delete one that is not used.",
  },
  inputs_invalid: {
    status: 422,
    zh: "输入「{field}」不合要求：{reason}。请改正后再保存。",
    en: "The input {field} is not as required: {reason}. Correct it and save again.",
  },
  address_refused: {
    status: 422,
    zh: "机器人不能访问 {origin}：{reason}。内网地址要由管理员写进 HUITOU_ROBOT_ORIGINS。",
    en: "A robot may not visit {origin}: {reason}. The administrator names private addresses in HUITOU_ROBOT_ORIGINS.",
    words: {
      reason: {
        scheme: ["不是 https", "it is not https"],
        host: ["端口不是 443", "its port is not 443"],
        address: ["它在内网", "it is inside a private network"],
        credentials: ["地址里带了密码", "it carries a password"],
      },
    },
  },
  secret_unknown: { status: 422, zh: "流程没有叫「{secret}」的密钥。", en: "The flow has no secret called {secret}." },
  secret_missing: {
    status: 409,
    zh: "还没有设置「{secret_zh}」。请机器人的所有者在机器人页填写。",
    en: "“{secret_en}” is not set yet. Its owner fills it in on the robot's page.",
  },
  owner_only: {
    status: 403,
    zh: "只有所有者能改它访问的地址、输入和密钥。请先接管这个机器人（密钥须重新填写）。",
    en: "Only its owner changes where it goes, what it is given and its secrets. Take the robot over first; its secrets are then set anew.",
  },
  no_owner: {
    status: 409,
    zh: "这个机器人还没有所有者，不会运行。请有权限的人接管它。",
    en: "This robot has no owner yet and does not run. Somebody with the right takes it over.",
  },
  owner_left: {
    status: 409,
    zh: "所有者的账号已停用，机器人已停下。请另一位同事接管它。",
    en: "Its owner's account is closed, so the robot has stopped. A colleague takes it over.",
  },
  owner_may_not: {
    status: 403,
    zh: "所有者 {owner} 没有「{permission}」（{level}）的权限，机器人做不了这一步。请调整权限矩阵，或由有权限的人接管。",
    en: "Its owner {owner} has not the permission {permission} at {level}, so the robot cannot do this. Change the matrix, or let somebody who has it take the robot over.",
  },
  not_on: { status: 409, zh: "机器人没有开启，先开启再运行。", en: "The robot is not on. Turn it on before it runs." },
  already_running: {
    status: 409,
    zh: "这个机器人正在运行（第 {run_id} 次），请等它结束或先停止。",
    en: "This robot is running already (run {run_id}). Wait for it to end, or stop it.",
  },
  not_found: {
    status: 422,
    zh: "在 {place} 等了 {seconds} 秒，没有找到{what_zh}。请看截图：页面可能改版了。",
    en: "Waited {seconds} seconds at {place} and did not find {what_en}. See the picture: the page may have changed.",
  },
  page_failed: {
    status: 502,
    zh: "打不开 {place}：{reason}。请确认后台能访问后重试。",
    en: "{place} did not open: {reason}. See that the back office can be reached, then try again.",
  },
  host_refused: {
    status: 403,
    zh: "页面要去 {host}，不在这个机器人声明的地址里，已拦下。",
    en: "The page wanted to go to {host}, which this robot does not declare. It was stopped.",
  },
  signed_out: {
    status: 422,
    zh: "登录 {times} 次后仍被退出。请核对账号是否在别处登录。",
    en: "Signed out again after {times} log-ins. See whether the account is used elsewhere.",
  },
  too_long: {
    status: 422,
    zh: "超过 {minutes} 分钟还没有做完，已停下。没做完的下次接着做。",
    en: "Not done within {minutes} minutes, so it was stopped. What is left is done next time.",
  },
  stopped: {
    status: 409,
    zh: "被人停止。没做完的下次接着做。",
    en: "Stopped by a person. What is left is done next time.",
  },
  refused: { status: 422, zh: "{zh}", en: "{en}" },
  flow_failed: {
    status: 500,
    zh: "流程出错：{reason}。请把截图和这句话交给写流程的人。",
    en: "The flow failed: {reason}. Give the picture and this sentence to whoever writes flows.",
  },
  no_phone: {
    status: 422,
    zh: "会员 {member_id} 没有手机号，这一项无法录入。",
    en: "Member {member_id} has no phone number, so this one cannot be entered.",
  },
  member_hidden: {
    status: 403,
    zh: "会员 {member_id} 不在所有者可见的门店里。",
    en: "Member {member_id} is not within the stores of its owner.",
  },
  takes_no_errands: {
    status: 409,
    zh: "这个机器人的流程不为单个会员做事。请选「给会员录入礼品单」这类流程的机器人。",
    en: "The flow of this robot does nothing for single members. Choose one whose flow does, such as gift orders for members.",
  },
  item_unknown: {
    status: 404,
    zh: "没有失败的项目「{item}」。请刷新。",
    en: "There is no failed item {item}. Reload the page.",
  },
  file_columns: {
    status: 422,
    zh: "导出的文件没有列「{column}」。后台可能改了导出格式。",
    en: "The exported file has no column {column}. The back office may have changed its export.",
  },
  no_browser: {
    status: 503,
    zh: "启动不了浏览器：{reason}。请安装 Chromium 并用 HUITOU_CHROMIUM 写明它的位置。",
    en: "No browser starts: {reason}. Install Chromium and name it with HUITOU_CHROMIUM.",
  },
});
