import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { checkedAddress, OutgoingFailed, OutgoingRefused } from "../platform/alerts/outgoing.ts";

/** The way out of one run's browser: a proxy that lets it to the origins that its robot declares, and nowhere else. */
export interface Gate {
  /** http://127.0.0.1:port */
  readonly server: string;
  /** Hosts that pages wanted and did not get. */
  readonly refused: ReadonlySet<string>;
  close(): Promise<void>;
}

export interface Bounds {
  readonly origins: readonly string[];
  /** Of these, the ones that may be private or without encryption. */
  readonly open: readonly string[];
}

const REFUSED_KEPT_MAX = 50;

class Door {
  readonly refused = new Set<string>();
  readonly sockets = new Set<Duplex>();
  readonly #bounds: Bounds;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  /** Where to connect to; undefined: it is closed. The name is looked up here and connected to as it was found. */
  async #way(url: URL): Promise<{ readonly address: string } | undefined> {
    const { origins, open } = this.#bounds;
    try {
      if (!origins.includes(url.origin)) throw new OutgoingRefused("host", url.host);
      return await checkedAddress(url, { hosts: "any", open: open.filter((one) => origins.includes(one)) });
    } catch (error) {
      if (!(error instanceof OutgoingRefused || error instanceof OutgoingFailed)) throw error;
      if (error instanceof OutgoingRefused && this.refused.size < REFUSED_KEPT_MAX) this.refused.add(url.host);
      return undefined;
    }
  }

  async plain(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = request.url ?? "";
    const url = URL.canParse(target) ? new URL(target) : undefined;
    const way = url?.protocol === "http:" ? await this.#way(url) : undefined;
    if (url === undefined || way === undefined) {
      response.writeHead(403, { "content-type": "text/plain", "x-huitou-gate": "closed" });
      response.end("closed");
      return;
    }
    const { "proxy-connection": _, ...headers } = request.headers;
    const { address } = way;
    const onward = httpRequest(
      {
        host: address,
        port: url.port || 80,
        method: request.method,
        path: url.pathname + url.search,
        headers,
        agent: false,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
        answer.on("error", () => response.destroy());
      },
    );
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    request.pipe(onward);
  }

  async tunnel(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const target = `https://${request.url ?? ""}`;
    const url = URL.canParse(target) ? new URL(target) : undefined;
    const way = url === undefined ? undefined : await this.#way(url);
    if (url === undefined || way === undefined) {
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    const onward: Socket = connect(Number(url.port || 443), way.address, () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      if (head.length > 0) onward.write(head);
      onward.pipe(socket);
      socket.pipe(onward);
    });
    this.sockets.add(onward);
    onward.on("close", () => {
      this.sockets.delete(onward);
      socket.destroy();
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
    socket.on("close", () => onward.destroy());
  }
}

/** Opens a way out for one run. */
export async function openGate(bounds: Bounds): Promise<Gate> {
  const door = new Door(bounds);
  const server = createServer((request, response) => {
    door.plain(request, response).catch(() => response.destroy());
  });
  server.on("connect", (request, socket, head) => {
    door.tunnel(request, socket, head).catch(() => socket.destroy());
  });
  server.on("upgrade", (_, socket) => socket.destroy());
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(0, "127.0.0.1", done);
  });
  return {
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refused: door.refused,
    close: async () => {
      for (const socket of door.sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
