import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  checkedAddress,
  isPublicAddress,
  OutgoingFailed,
  OutgoingRefused,
  postOutgoing,
  type Resolve,
} from "./outgoing.ts";

const robots = { hosts: ["oapi.dingtalk.com", "localhost", "rebound.example"], open: [] };
const resolveTo =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

const refusal = async (url: string, resolve?: Resolve) => {
  try {
    await checkedAddress(new URL(url), robots, resolve);
    return "allowed";
  } catch (error) {
    return error instanceof OutgoingRefused ? error.reason : String(error);
  }
};

describe("where alerts may go", () => {
  it("knows what belongs to the open internet", () => {
    const inside =
      "127.0.0.1 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 ::1 :: fe80::1 fc00::1 ::ffff:127.0.0.1 64:ff9b::7f00:1 2002:7f00:1::1 2001:db8::1 nonsense".split(
        " ",
      );
    expect(inside.filter(isPublicAddress)).toEqual([]);
    const outside = ["1.1.1.1", "172.32.0.1", "100.128.0.1", "203.119.238.1", "2400:3200::1"];
    expect(outside.filter((address) => !isPublicAddress(address))).toEqual([]);
  });

  it("refuses what is not https, no robot's host, has another port or a password", async () => {
    const open = resolveTo("203.119.238.1");
    expect(await refusal("http://oapi.dingtalk.com/robot/send", open)).toBe("scheme");
    expect(await refusal("https://evil.example/robot/send", open)).toBe("host");
    expect(await refusal("https://oapi.dingtalk.com.evil.example/", open)).toBe("host");
    expect(await refusal("https://oapi.dingtalk.com:8443/", open)).toBe("host");
    expect(await refusal("https://user:secret@oapi.dingtalk.com/", open)).toBe("credentials");
    expect(await refusal("https://127.0.0.1/", open)).toBe("host");
    expect(await refusal("https://oapi.dingtalk.com/robot/send", open)).toBe("allowed");
  });

  it("with any host allowed it still goes to https on the open internet only", async () => {
    const any = async (url: string, resolve?: Resolve) =>
      checkedAddress(new URL(url), { hosts: "any", open: [] }, resolve).then(
        () => "allowed",
        (error: unknown) => (error instanceof OutgoingRefused ? error.reason : String(error)),
      );
    expect(await any("https://login.example.com/", resolveTo("203.119.238.1"))).toBe("allowed");
    expect(await any("https://login.example.com/", resolveTo("10.0.0.7"))).toBe("address");
    expect(await any("https://169.254.169.254/")).toBe("address");
    expect(await any("http://login.example.com/", resolveTo("203.119.238.1"))).toBe("scheme");
    expect(await any("https://login.example.com:6379/", resolveTo("203.119.238.1"))).toBe("host");
  });

  it("refuses an allowed name that resolves inside, also when one of several addresses does", async () => {
    expect(await refusal("https://localhost/")).toBe("address");
    expect(await refusal("https://rebound.example/", resolveTo("203.119.238.1", "127.0.0.1"))).toBe("address");
    expect(await refusal("https://rebound.example/", resolveTo("::ffff:10.0.0.1"))).toBe("address");
  });
});

describe("sending", () => {
  let server: Server;
  let origin: string;
  let asked: string[];
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      request.resume();
      if (request.url === "/moved") response.writeHead(307, { location: "/inside" }).end();
      else if (request.url === "/dropped") request.on("end", () => request.socket.destroy());
      else response.writeHead(200).end("{}");
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    asked = [];
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const post = (url: string, open: string[], resolve?: Resolve) =>
    postOutgoing(
      url,
      { a: 1 },
      { rule: { ...robots, open }, timeout_ms: 3_000, ...(resolve === undefined ? {} : { resolve }) },
    );

  it("goes inside only where whoever runs the machine named the origin", async () => {
    await expect(post(`${origin}/ok`, [])).rejects.toBeInstanceOf(OutgoingRefused);
    await expect(post(`${origin}/ok`, ["http://127.0.0.1:1"])).rejects.toBeInstanceOf(OutgoingRefused);
    expect(asked).toEqual([]);
    expect(await post(`${origin}/ok`, [origin])).toMatchObject({ status: 200, text: "{}" });
  });

  it("follows no redirect", async () => {
    asked = [];
    expect((await post(`${origin}/moved`, [origin])).status).toBe(307);
    expect(asked).toEqual(["/moved"]);
  });

  it("connects to the very address that was checked", async () => {
    let looks = 0;
    const flipping: Resolve = async () => {
      looks += 1;
      return [{ address: looks === 1 ? "203.0.114.7" : "127.0.0.1", family: 4 }];
    };
    await expect(
      postOutgoing("https://rebound.example/", {}, { rule: robots, timeout_ms: 300, resolve: flipping }),
    ).rejects.toBeInstanceOf(OutgoingFailed);
    expect(looks).toBe(1);
  });

  it("tells a message that never left from one whose answer was lost", async () => {
    const lost = await post(`${origin}/dropped`, [origin]).catch((error: unknown) => error);
    expect(lost).toMatchObject({ name: "OutgoingFailed", sent: true });
    const closed = "http://127.0.0.1:9";
    const never = await post(`${closed}/`, [closed]).catch((error: unknown) => error);
    expect(never).toMatchObject({ name: "OutgoingFailed", sent: false });
    const nameless = await postOutgoing(
      "https://rebound.example/",
      {},
      {
        rule: robots,
        timeout_ms: 1_000,
        resolve: async () => Promise.reject(new Error("ENOTFOUND")),
      },
    ).catch((error: unknown) => error);
    expect(nameless).toMatchObject({ name: "OutgoingFailed", sent: false });
  });
});
