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
});
