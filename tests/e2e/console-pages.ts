import { gzipSync } from "node:zlib";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/** Addresses of every page behind the log-in; `member`, `source`, `tag`, `batch` and `segment` are filled in by the test. */
export const PAGES = [
  "/",
  "/members",
  "/members/:member",
  "/segments",
  "/segments/new",
  "/segments/overlap",
  "/tags",
  "/tags/new",
  "/tags/reviews",
  "/tags/:tag",
  "/rfm",
  "/clv",
  "/lifecycle",
  "/tiers",
  "/tiers?list=tier&tier=gold",
  "/tiers/growth/edit",
  "/tiers/activity",
  "/points",
  "/points/growth/edit?rule=member_day",
  "/points/ledger?member=:member",
  "/points/liability",
  "/points/grants",
  "/points/offline",
  "/till/exchange",
  "/opening/points",
  "/opening/tiers",
  "/opening/coupons",
  "/coupons",
  "/coupons/new",
  "/coupons/welcome",
  "/coupons/gold_quarter/edit",
  "/coupons/batches/:batch",
  "/benefits",
  "/benefits/new",
  "/benefits/birthday_treat",
  "/benefits/birthday_gift/edit",
  "/benefits/fulfilment",
  "/rewards",
  "/rewards/new",
  "/rewards/gaiwan",
  "/rewards/cellar_box/edit",
  "/rewards/orders?state=confirmed",
  "/journeys",
  "/journeys/from-scene",
  "/tasks",
  "/tasks?tab=members",
  "/tasks?tab=all",
  "/tasks?tab=associates",
  "/templates",
  "/templates/new",
  "/templates/points_expiring",
  "/templates/welcome_sms/edit",
  "/messages",
  "/messages?state=held",
  "/experiments",
  "/replies",
  "/replies?effect=open",
  "/channels",
  "/robots",
  "/robots/1",
  "/metrics",
  "/metrics/stores",
  "/metrics/net_sales",
  "/metrics/repurchase_rate",
  "/data/sources",
  "/data/sources/:source",
  "/data/connect",
  "/data/imports",
  "/data/pulls",
  "/data/pulls?new=1",
  "/data/rejects",
  "/data/identities",
  "/data/identities?tab=conflicts",
  "/data/identities?tab=quarantined",
  "/data/engines",
  "/data/webhooks",
  "/data/jobs",
  "/me/security",
  "/trust/approvals",
  "/trust/people",
  "/trust/reviews",
  "/trust/tablets",
  "/trust/clients",
  "/trust/matrix",
  "/trust/audit",
  "/trust/privacy",
  "/trust/privacy?tab=registers",
  "/trust/privacy?tab=registers&form=activity",
  "/trust/privacy?tab=processors",
  "/trust/privacy?tab=retained",
  "/trust/privacy?tab=retention",
  "/trust/risks",
  "/trust/alerts",
  "/trust/keys",
  "/trust/backups",
  "/trust/assessment",
] as const;

/** What a page said that it should not: console errors, exceptions, failed requests. */
export function listenForTrouble(page: Page): string[] {
  const trouble: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") trouble.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => trouble.push(`exception: ${error.message}`));
  page.on("response", (response) => {
    if (response.status() >= 400) trouble.push(`${response.status()} ${response.url()}`);
  });
  return trouble;
}

/** Until nothing on the page is loading any more. */
export async function settled(page: Page): Promise<void> {
  await page.locator("main h1").first().waitFor();
  await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
}

/**
 * Serious and critical findings of axe, one line each. The console has no frames, so axe runs in the page itself and
 * describes violations only: its usual way carries every element that passed as JSON to a second page and back.
 */
export async function seriousFindings(page: Page): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ["violations"] });
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")} — ${node.html.slice(0, 160)}`));
}

/** Counts the gzipped bytes of every script a page asks for from now on. */
export function countScripts(page: Page): { bytes: () => Promise<number> } {
  const sizes: Promise<number>[] = [];
  page.on("response", (response) => {
    if (response.request().resourceType() === "script")
      sizes.push(response.body().then((body) => gzipSync(body).length));
  });
  return { bytes: async () => (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0) };
}

/** Goes to another page by its link in the navigation; @returns milliseconds until its content stands */
export async function timeChange(page: Page, label: string, heading: string): Promise<number> {
  return page.evaluate(
    ([name, title]) =>
      new Promise<number>((resolve, reject) => {
        const link = [...document.querySelectorAll<HTMLAnchorElement>("nav a")].find((a) => a.textContent === name);
        if (!link) {
          reject(new Error(`no link ${name}`));
          return;
        }
        const start = performance.now();
        const look = () => {
          const there = document.querySelector("main h1")?.textContent === title;
          if (there && document.querySelector("main [aria-busy=true]") === null) resolve(performance.now() - start);
          else requestAnimationFrame(look);
        };
        link.click();
        requestAnimationFrame(look);
      }),
    [label, heading] as const,
  );
}
