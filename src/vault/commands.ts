import type { Ground } from "../ground.ts";
import { askRotation } from "./jobs.ts";
import { keyStatus } from "./key-status.ts";
import { beginRotation, continueRotation } from "./rotation.ts";

const USAGE = `huitou keys <command> · 密钥

  status [--json]   versions of the master key, their age, what is left to seal anew
                    主密钥的版本、年龄、还剩多少要重新加密
  rotate            a new master key; seals everything anew while the platform works; Ctrl-C stops, "continue" goes on
                    换新主密钥，并在运行中重新加密全部数据；Ctrl-C 可停，用 continue 继续
  rotate --background
                    the same as a job of the running platform · 同上，作为后台任务
  continue          take up an unfinished rotation · 继续未完成的轮换
  exchange-index    another index key (after a leak), while the platform is stopped; broken off, it goes on when run again
                    更换索引密钥（泄露之后），须先停止平台；中断后再次运行即继续`;

const PROGRESS_EVERY = 10_000;

/** `huitou keys …`. @returns the exit code: 0 done, 1 not finished, 2 wrong use. */
export async function keysCommand(
  ground: Ground,
  args: readonly string[],
  say: (line: string) => void,
): Promise<number> {
  const [command, option] = args;
  if (command === "status") {
    const status = await keyStatus(ground);
    if (option === "--json") say(JSON.stringify(status));
    else for (const line of statusLines(status)) say(line);
    return 0;
  }
  if (command === "rotate" && option === "--background") {
    const job_id = await askRotation(ground, "rotate");
    say(`后台任务 · job ${job_id}`);
    return 0;
  }
  if (command !== "rotate" && command !== "continue") {
    say(USAGE);
    return command === "--help" ? 0 : 2;
  }
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  try {
    if (command === "rotate") say(`主密钥新版本 · new version of the master key: ${await beginRotation(ground)}`);
    let said = 0;
    const end = await continueRotation({
      ground,
      signal: stop.signal,
      progress: async (done, total) => {
        if (done - said < PROGRESS_EVERY && done !== total) return;
        said = done;
        say(`${done} / ${total}`);
      },
    });
    say(
      `已重新加密 ${end.moved}，剩 ${end.left}，无法解开 ${end.unreadable} · sealed anew ${end.moved}, left ${end.left}, unreadable ${end.unreadable}`,
    );
    return end.left === 0 ? 0 : 1;
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}

function statusLines(status: Awaited<ReturnType<typeof keyStatus>>): string[] {
  const day = (at: Date | null) => at?.toISOString().slice(0, 16).replace("T", " ") ?? "";
  return [
    `主密钥第 ${status.current_version} 版，${status.age_days} 天；算法 ${status.suite}，索引 ${status.index_suite}；保管 ${status.provider} (${status.kek_id})`,
    `master key version ${status.current_version}, ${status.age_days} days old; suite ${status.suite}, index ${status.index_suite}; held by ${status.provider} (${status.kek_id})`,
    ...status.versions.map(
      (row) =>
        `  ${row.version}  made ${day(row.made_at)}` +
        (row.left_values === null ? "" : `  left ${row.left_values} of ${row.total_values ?? 0}`) +
        (row.unreadable_values === 0 ? "" : `  unreadable ${row.unreadable_values}`) +
        (row.emptied_at === null ? "" : `  unused since ${day(row.emptied_at)}`) +
        (row.destroyed_at === null ? "" : `  destroyed ${day(row.destroyed_at)}`),
    ),
  ];
}
