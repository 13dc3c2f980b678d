import { readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

export interface Heard {
  readonly path: string;
  readonly id: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly answered: number | null;
}

/** `hold`: no answer until it is let go. `lost`: taken, but no answer. */
export type Mood = number | "hold" | "lost";

/** Somebody else's server: keeps whatever it is told, and answers as it is dialled, path by path. */
export class WebhookReceiver {
  readonly heard: Heard[] = [];
  readonly #server: Server;
  readonly #moods = new Map<string, Mood>();
  #held: (() => void)[] = [];
  url = "";

  private constructor(server: (listener: RequestListener) => Server) {
    this.#server = server((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const path = request.url ?? "/";
        const mood = this.#moods.get(path) ?? 200;
        this.heard.push({
          path,
          id: String(request.headers["webhook-id"]),
          headers: request.headers as Record<string, string>,
          body: Buffer.concat(chunks).toString("utf8"),
          answered: typeof mood === "number" ? mood : null,
        });
        const answer = (status: number) => {
          response.writeHead(status, status >= 300 && status < 400 ? { location: "/elsewhere" } : {});
          response.end("ok");
        };
        if (mood === "lost") request.socket.destroy();
        else if (mood === "hold") this.#held.push(() => answer(200));
        else answer(mood);
      });
    });
  }

  static async open({ tls = false, port = 0 }: { tls?: boolean; port?: number } = {}): Promise<WebhookReceiver> {
    const folder = new URL("./tls/", import.meta.url);
    const pair = tls
      ? { cert: readFileSync(new URL("first.cert.pem", folder)), key: readFileSync(new URL("first.key.pem", folder)) }
      : undefined;
    const made = new WebhookReceiver((listener) =>
      pair === undefined ? createServer(listener) : (createTlsServer(pair, listener) as unknown as Server),
    );
    await new Promise<void>((done) => made.#server.listen(port, "127.0.0.1", done));
    made.url = `http${tls ? "s" : ""}://127.0.0.1:${(made.#server.address() as AddressInfo).port}`;
    return made;
  }

  dial(path: string, mood: Mood): void {
    this.#moods.set(path, mood);
  }

  /** Answers whatever was held. */
  release(): void {
    for (const answer of this.#held) answer();
    this.#held = [];
  }

  at(path: string): Heard[] {
    return this.heard.filter((one) => one.path === path);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}
