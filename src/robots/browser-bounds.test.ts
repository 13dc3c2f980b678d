import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "../../tests/support/browser.ts";
import { chineseFont } from "./chinese-font.ts";
import { coveredPicture } from "./cover.ts";
import { type Gate, openGate } from "./gate.ts";

let browser: Browser;
const servers: Server[] = [];
const asked = { shop: [] as string[], stranger: [] as string[] };

async function serve(answer: (path: string) => { status?: number; location?: string; html?: string }, log: string[]) {
  const server = createServer((request, response) => {
    log.push(request.url ?? "");
    const { status = 200, location, html = "" } = answer(request.url ?? "");
    response.writeHead(status, {
      "content-type": "text/html; charset=utf-8",
      ...(location === undefined ? {} : { location }),
    });
    response.end(html);
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  for (const server of servers) server.close();
});

async function behind<T>(gate: Gate, work: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext({ proxy: { server: gate.server }, serviceWorkers: "block" });
  try {
    return await work(await context.newPage());
  } finally {
    await context.close();
    await gate.close();
  }
}

describe("a robot's browser reaches the origins that its robot declares, and nothing else", () => {
  test("neither by an address, a redirect, a part of a page, a script nor a socket; not another port of the same machine", async () => {
    const stranger = await serve(() => ({ html: "<p>inside</p>" }), asked.stranger);
    const ws = stranger.replace("http:", "ws:");
    const shop = await serve(
      (path) =>
        path === "/away"
          ? { status: 302, location: `${stranger}/redirected` }
          : {
              html: `<img src="${stranger}/image"><iframe src="${stranger}/frame"></iframe><p id="at">here</p>
                <script>fetch("${stranger}/script",{mode:"no-cors"}).catch(()=>{});try{new WebSocket("${ws}/socket")}catch{}</script>`,
            },
      asked.shop,
    );
    const gate = await openGate({ origins: [shop], open: [shop, stranger] });
    await behind(gate, async (page) => {
      await page.goto(`${shop}/`, { waitUntil: "networkidle" });
      expect(await page.textContent("#at")).toBe("here");
      const away = await page.goto(`${shop}/away`);
      expect([away?.status(), away?.headers()["x-huitou-gate"]]).toEqual([403, "closed"]);
      expect((await page.goto(`${stranger}/typed`))?.status()).toBe(403);
      await expect(page.goto(`https://${new URL(stranger).host}/tls`)).rejects.toThrow(/ERR_TUNNEL/);
    });
    expect(asked.shop).toContain("/away");
    expect(asked.stranger).toEqual([]);
    expect([...gate.refused]).toEqual([new URL(stranger).host]);
  });

  test("a declared origin inside the network needs whoever runs the machine", async () => {
    const inside = await serve(() => ({ html: "metadata" }), asked.stranger);
    const gate = await openGate({ origins: [inside], open: [] });
    await behind(gate, async (page) => expect((await page.goto(inside))?.status()).toBe(403));
    expect(asked.stranger).toEqual([]);
  });
});

describe("pictures", () => {
  const SECRET = "longjing-1987";
  const HTML = `<body style="margin:0;background:#fff;font:20px sans-serif">
    <p id="clear">共 12 张礼品单</p><p id="phone">买家 138 1234 5678</p><p id="mail">lin@example.com</p>
    <p id="typed">密钥 ${SECRET} 已填</p><input id="password" type="password" value="abc"><input id="field" value="13912345678">
    <p id="named" class="customer">陈丽</p><div id="host"></div>
    <script>document.querySelector("#host").attachShadow({mode:"open"}).innerHTML="<p id=deep>110101199003070038</p>"</script></body>`;

  test("cover what was typed, passwords, what tells who somebody is and what the flow names; the rest is seen", async () => {
    const page = await browser.newPage({ viewport: { width: 600, height: 500 } });
    await page.setContent(HTML);
    // where things are once the font of pictures has moved them
    const measured = await browser.newPage({ viewport: { width: 600, height: 500 } });
    await measured.setContent(HTML);
    await measured.addStyleTag({ content: (await chineseFont(measured)) ?? "" });
    const middles = await measured.evaluate(() => {
      const deep = document.querySelector("#host")?.shadowRoot?.querySelector("#deep");
      const all = [...document.querySelectorAll("[id]:not(#host)"), ...(deep ? [deep] : [])];
      return all.map((element) => {
        const { left, top, height } = element.getBoundingClientRect();
        return { id: element.id, x: left + 3, y: top + height / 2 };
      });
    });
    const picture = await coveredPicture(page, { selectors: [".customer"], values: [SECRET] });
    expect(picture).toBeDefined();
    const covered = await page.evaluate(
      async ({ jpeg, points }) => {
        const image = new Image();
        image.src = `data:image/jpeg;base64,${jpeg}`;
        await image.decode();
        const canvas = new OffscreenCanvas(image.width, image.height);
        const context = canvas.getContext("2d");
        context?.drawImage(image, 0, 0);
        // the colour of the cover, as far as JPEG keeps it
        return points
          .filter(({ x, y }) => {
            const [r = 0, g = 0, b = 0] = context?.getImageData(x, y, 1, 1).data ?? [];
            return Math.abs(r - 0x8a) < 12 && Math.abs(g - 0x94) < 12 && Math.abs(b - 0xa6) < 12;
          })
          .map(({ id }) => id);
      },
      { jpeg: (picture as Buffer).toString("base64"), points: middles },
    );
    expect(new Set(covered)).toEqual(new Set(["phone", "mail", "typed", "password", "field", "named", "deep"]));
    await Promise.all([page.close(), measured.close()]);
  });

  test("show Chinese on a machine without a Chinese font", async () => {
    const page = await browser.newPage({ viewport: { width: 200, height: 60 } });
    const inked = async (text: string) => {
      await page.setContent(`<body style="margin:0"><p style="font:32px sans-serif;margin:8px">${text}</p></body>`);
      return coveredPicture(page, { selectors: [], values: [] });
    };
    // two empty boxes look the same
    expect(await inked("回")).not.toEqual(await inked("头"));
    await page.close();
  });

  test("of a page that goes on changing what is to be covered there is none", async () => {
    const page = await browser.newPage();
    await page.setContent("<body></body>");
    await page.evaluate(() => {
      let n = 0;
      const more = () => {
        const p = document.createElement("p");
        p.textContent = `1380000${String((n += 1)).padStart(4, "0")}`;
        document.body.append(p);
        requestAnimationFrame(more);
      };
      more();
    });
    expect(await coveredPicture(page, { selectors: [], values: [] })).toBeUndefined();
    await page.close();
  });
});
