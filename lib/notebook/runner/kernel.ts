import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { messageOf } from "../../runtime/mod.ts";
import { KERNEL_ENV } from "../kernelspec.ts";

/** A connection file's content: where a kernel listens, and the key that signs messages. */
export interface Connection {
  readonly ip: "127.0.0.1";
  readonly transport: "tcp";
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly control_port: number;
  readonly hb_port: number;
  readonly key: string;
  readonly signature_scheme: "hmac-sha256";
  readonly kernel_name: "deno";
}

/** A running `deno jupyter` kernel. */
export interface KernelProcess {
  readonly pid: number;
  readonly connection: Connection;
  /** Resolves when the process has ended, with the last of what it printed. */
  readonly ended: Promise<{ code: number; stderr: string }>;
  /** Ends it for good and removes its connection file; may be called again. */
  kill(): Promise<void>;
}

export interface KernelOptions {
  /** The folder cells run in: the notebook's. */
  readonly cwd: string;
  /** Beside the environment of this process. */
  readonly env?: Record<string, string>;
}

/** Starts the kernel of the very Deno that runs this, on free ports of this machine. */
export async function startKernel({ cwd, env = {} }: KernelOptions): Promise<KernelProcess> {
  const folder = await Deno.makeTempDir({ prefix: "kcellfm-kernel-" });
  const connection = freeConnection();
  const file = join(folder, "connection.json");
  await Deno.writeTextFile(file, JSON.stringify(connection));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["jupyter", "--kernel", "--conn", file],
    cwd,
    env: { ...KERNEL_ENV, ...env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const ended = Promise.all([child.status, tail(child.stderr)]).then(([{ code }, stderr]) => ({
    code,
    stderr,
  }));
  return {
    pid: child.pid,
    connection,
    ended,
    async kill() {
      killQuietly(child);
      await ended;
      await Deno.remove(folder, { recursive: true }).catch(() => {});
    },
  };
}

function killQuietly(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw new Error(`Cannot end the kernel: ${messageOf(error)}`);
    // it has ended on its own
  }
}

function freeConnection(): Connection {
  // all are held until the last is known, so that no two are the same
  const listeners = Array.from({ length: 5 }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const [shell_port, iopub_port, stdin_port, control_port, hb_port] = listeners.map(({ addr }) => addr.port);
  for (const listener of listeners) listener.close();
  return {
    ip: "127.0.0.1",
    transport: "tcp",
    signature_scheme: "hmac-sha256",
    kernel_name: "deno",
    shell_port,
    iopub_port,
    stdin_port,
    control_port,
    hb_port,
    key: randomUUID(),
  };
}

const TAIL = 4000;

async function tail(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const part of stream) text = (text + decoder.decode(part, { stream: true })).slice(-TAIL);
  return text;
}
