import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import {
  type ClientReadableStream,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceClientConstructor,
} from "@grpc/grpc-js";
import { load } from "@grpc/proto-loader";
import { sleep } from "../../platform/index.ts";
import { type ConnectAddress, readAddress } from "./connect-address.ts";
import { SparkError, sparkError } from "./spark-error.ts";

const PROTOCOL = fileURLToPath(new URL("./spark-connect.proto", import.meta.url));
/** Spark sends batches of about 4 MiB; a single wide row may be larger. */
const MESSAGE_BYTES_MAX = 128 * 1024 * 1024;
const SHORT_CALL_SECONDS_MAX = 10;

/** A relation as the protocol has it: a query, files, or a table without rows. */
export type PlanRelation =
  | { readonly sql: { readonly query: string } }
  | { readonly read: { readonly data_source: { format: "parquet"; schema: string; paths: readonly string[] } } }
  | { readonly local_relation: { readonly schema: string } };

type Plan =
  | { readonly root: PlanRelation }
  | {
      readonly command: {
        readonly create_dataframe_view: { input: PlanRelation; name: string; is_global: false; replace: true };
      };
    };

export interface RunOptions {
  readonly signal?: AbortSignal;
  /** After so long the statement is ended with a SparkError of class TIME_LIMIT. */
  readonly seconds_max?: number;
}

interface Response {
  readonly arrow_batch?: { readonly data: Buffer };
}

interface Client {
  ExecutePlan(request: object, metadata: Metadata): ClientReadableStream<Response>;
  Interrupt(request: object, metadata: Metadata, options: object, done: (error: Error | null) => void): void;
  ReleaseSession(request: object, metadata: Metadata, options: object, done: (error: Error | null) => void): void;
  close(): void;
}

/** One session on a Spark Connect server: SQL in, Arrow messages out. What it makes (views, settings) dies with it. */
export class SparkConnect {
  readonly address: ConnectAddress;
  readonly #client: Client;
  readonly #metadata = new Metadata();
  readonly #session: { session_id: string; user_context: { user_id: string; user_name: string } };

  private constructor(address: ConnectAddress, client: Client) {
    this.address = address;
    this.#client = client;
    if (address.token !== undefined) this.#metadata.set("authorization", `Bearer ${address.token}`);
    const user_context = { user_id: address.user, user_name: address.user };
    this.#session = { session_id: randomUUID(), user_context };
  }

  /** Reads the protocol and the address; the server is spoken to at the first statement. */
  static async open(url: string): Promise<SparkConnect> {
    const address = readAddress(url);
    const definition = await load(PROTOCOL, { keepCase: true, longs: String, enums: String });
    const packages = loadPackageDefinition(definition) as unknown as {
      spark: { connect: { SparkConnectService: ServiceClientConstructor } };
    };
    const client = new packages.spark.connect.SparkConnectService(
      address.target,
      address.tls ? credentials.createSsl() : credentials.createInsecure(),
      { "grpc.max_receive_message_length": MESSAGE_BYTES_MAX },
    );
    return new SparkConnect(address, client as unknown as Client);
  }

  /** The Arrow messages of a query as they come; at least one, with the columns. @throws SparkError */
  query(sql: string, options: RunOptions = {}): AsyncGenerator<Uint8Array> {
    return this.#run({ root: { sql: { query: sql } } }, options);
  }

  /** Runs a statement for its effect. @throws SparkError */
  async execute(sql: string, options: RunOptions = {}): Promise<void> {
    for await (const _ of this.query(sql, options));
  }

  /** Makes or replaces a view that only this session sees. @throws SparkError */
  async makeView(name: string, input: PlanRelation): Promise<void> {
    const create_dataframe_view = { input, name, is_global: false, replace: true } as const;
    for await (const _ of this.#run({ command: { create_dataframe_view } }, {}));
  }

  /** Ends the session; an unreachable server forgets it by itself. */
  async close(): Promise<void> {
    await this.#tell("ReleaseSession", {});
    this.#client.close();
  }

  async *#run(plan: Plan, { signal, seconds_max }: RunOptions): AsyncGenerator<Uint8Array> {
    signal?.throwIfAborted();
    const operation_id = randomUUID();
    const call = this.#client.ExecutePlan(
      { ...this.#session, plan, operation_id, client_type: "huitou" },
      this.#metadata,
    );
    let late = false;
    let open = true;
    const stop = () => {
      // the server goes on with what it does when only the connection ends
      void this.#tell("Interrupt", { interrupt_type: "INTERRUPT_TYPE_OPERATION_ID", operation_id }).then(() =>
        call.cancel(),
      );
    };
    const done = new AbortController();
    signal?.addEventListener("abort", stop);
    if (seconds_max !== undefined) {
      void sleep(seconds_max * 1000, done.signal).then(() => {
        if (!open) return;
        late = true;
        stop();
      });
    }
    try {
      for await (const response of call as AsyncIterable<Response>) {
        if (response.arrow_batch !== undefined) yield response.arrow_batch.data;
      }
      open = false;
    } catch (error) {
      open = false;
      signal?.throwIfAborted();
      if (late) throw new SparkError(`the statement took longer than ${seconds_max} s`, "TIME_LIMIT");
      throw sparkError(error, this.address.target);
    } finally {
      // left before the end: nobody wants the rest
      if (open) stop();
      open = false;
      done.abort();
      signal?.removeEventListener("abort", stop);
    }
  }

  /** A short call whose failure changes nothing. */
  #tell(method: "Interrupt" | "ReleaseSession", request: object): Promise<void> {
    const deadline = { deadline: Infinity };
    const ended = new AbortController();
    const answered = new Promise<void>((resolve) => {
      this.#client[method]({ ...this.#session, ...request }, this.#metadata, deadline, () => resolve());
    });
    return Promise.race([answered, sleep(SHORT_CALL_SECONDS_MAX * 1000, ended.signal)]).finally(() => ended.abort());
  }
}
