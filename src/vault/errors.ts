import { defineErrors } from "../platform/errors.ts";

export const vaultErrors = defineErrors("vault", {
  unreadable: {
    status: 500,
    zh: "密文无法解开（{token}）：密钥不对或数据被改动。请检查密钥目录。",
    en: "A sealed value ({token}) cannot be opened: wrong key or altered data. Check the key folder.",
  },
  master_key_missing: {
    status: 500,
    zh: "密钥库里有密钥，但主密钥文件 {file} 不在。请恢复该文件；没有它，已加密的个人信息无法读取。",
    en: "The key store holds keys but the master key file {file} is missing. Restore it: without it sealed personal data cannot be read.",
  },
  master_version_missing: {
    status: 500,
    zh: "主密钥第 {version} 版不在密钥文件里。请恢复含有该版本的密钥备份，否则用它加密的数据无法读取。",
    en: "Version {version} of the master key is not in the key file. Restore a key backup that holds it: what it sealed cannot be read without.",
  },
  kek_missing: {
    status: 500,
    zh: "主密钥由密钥加密密钥 {kek_id} 保护，但它不在。请在 HUITOU_MASTER_KEY 或 HUITOU_MASTER_KEY_BEFORE 中提供，或恢复 keys/kek.json。",
    en: "The master keys are wrapped by the key-encryption key {kek_id}, which is not here. Give it in HUITOU_MASTER_KEY or HUITOU_MASTER_KEY_BEFORE, or restore keys/kek.json.",
  },
  kek_malformed: {
    status: 500,
    zh: "{name} 应是 32 字节，写成 base64 或 64 位十六进制。可用 openssl rand -base64 32 生成。",
    en: "{name} must be 32 bytes as base64 or 64 hexadecimal digits. Make one with: openssl rand -base64 32",
  },
  suite_missing: {
    status: 500,
    zh: "算法套件 {suite} 在这个 Node.js 里缺少 {missing}。请换用自带该算法的 Node.js，或改 HUITOU_CRYPTO_SUITE。",
    en: "The suite {suite} needs {missing}, which this Node.js does not have. Use a Node.js that has it, or change HUITOU_CRYPTO_SUITE.",
  },
  journal_unwritable: {
    status: 503,
    zh: "删除日志 {file} 无法写入，所以没有删除：不记下来，恢复备份时会把它带回来。请检查目录权限，或用 HUITOU_DELETION_JOURNAL 指定目录。",
    en: "The journal of deletions {file} cannot be written, so nothing was deleted: a restore would bring it back. Check the folder's rights, or name one with HUITOU_DELETION_JOURNAL.",
  },
  journal_newer: {
    status: 409,
    zh: "这份密钥来自更换索引密钥之前，而删除日志 {file} 记着更换之后的删除：用旧密钥认不出被删除的人，恢复会把他们带回来，所以没有打开。请恢复更换之后做的备份；现在的数据目录还在时，用 huitou restore --force-into-new，它会先换成现在的索引密钥。",
    en: "These keys are from before the exchange of the index key: by them nobody can tell whom the journal of deletions {file} names, so nothing was opened. Restore a backup of after it, or, while the present data folder is there, use huitou restore --force-into-new.",
  },
  exchange_unfinished: {
    status: 409,
    zh: "索引密钥的更换还没有完成，平台不能启动。请运行 huitou keys exchange-index，它会接着做完。",
    en: "The exchange of the index key is not finished, and the platform cannot start. Run huitou keys exchange-index: it goes on to the end.",
  },
  exchange_not_alone: {
    status: 409,
    zh: "更换索引密钥时平台必须停下：数据库上还有 {count} 个连接。请停止所有 serve、work 进程和其他连到这个数据库的程序，再运行一次。什么都没有改动。",
    en: "The platform has to be stopped while the index key is exchanged: {count} connections to its databases are open. Stop all serve and work processes and whatever else is connected, then run it again. Nothing was changed.",
  },
  exchange_waits_for: {
    status: 409,
    zh: "更换索引密钥之前要先做完：{zh}。什么都没有改动。",
    en: "To be finished before the index key is exchanged: {en}. Nothing was changed.",
  },
  exchange_left: {
    status: 500,
    zh: "更换后仍有旧标记：{places}。一切已退回更换之前，平台可以照常启动。请升级到认识这些位置的版本，再运行 huitou keys exchange-index。",
    en: "Old tokens are left after the exchange: {places}. Everything is as it was before, and the platform may start. Bring the software to a version that knows these places, then run huitou keys exchange-index again.",
  },
  index_differs: {
    status: 409,
    zh: "记录库的标记属于索引密钥第 {stored} 版，密钥文件是第 {ring} 版：数据和密钥不是同一时刻的。请用同一次备份的数据和密钥恢复。",
    en: "The tokens of the record store are of version {stored} of the index key, the key file has version {ring}: data and keys are not of one moment. Restore data and keys of the same backup.",
  },
  journal_altered: {
    status: 500,
    zh: "删除日志 {file} 第 {line} 行被改动过。请换回完好的副本；缺了它，已删除的个人信息可能随备份回来。",
    en: "Line {line} of the journal of deletions {file} was altered. Put back an intact copy: without it deleted personal data may come back with a backup.",
  },
  versions_used_up: {
    status: 409,
    zh: "主密钥已有 255 个版本，版本号用完。",
    en: "The master key has had 255 versions: there is no number left.",
  },
  rotation_unfinished: {
    status: 409,
    zh: "上一次轮换（第 {version} 版）还剩 {left} 条没有重新加密。请先运行 huitou keys continue。",
    en: "The rotation to version {version} still has {left} values to seal anew. Run huitou keys continue first.",
  },
});
