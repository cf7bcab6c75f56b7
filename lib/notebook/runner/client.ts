import { Dealer, Subscriber } from "zeromq";
import type { Connection, KernelProcess } from "./kernel.ts";
import { createWire, type Message, type Wire } from "./wire.ts";

/** Why a request was given up. */
export class KernelGone extends Error {
  override readonly name = "KernelGone";
}

/** Callbacks for the answers to a request. */
export interface Execution {
  /** Each output message (stream, display_data, ...), also those that come after the kernel said it was idle. */
  readonly onOutput: (message: Message) => void;
  readonly signal?: AbortSignal;
}

/** A client of one kernel. Requests go one after another. */
export interface KernelClient {
  /** Resolves when the kernel answers; comes before the first `execute`. */
  ready(): Promise<void>;
  /**
   * Runs code; resolves with the reply once the kernel is idle and quiet.
   *
   * @throws {KernelGone} when the kernel ends while it runs.
   * @throws the signal's reason, when aborted.
   */
  execute(code: string, execution: Execution): Promise<Message>;
  close(): void;
}

const QUIET_MS = 60;
const SETTLE_LIMIT_MS = 3000;

/** Opens the sockets to a kernel that was just started; `close` must follow whatever happens. */
export function openClient(kernel: KernelProcess): KernelClient {
  const state = openSockets(kernel.connection);
  kernel.ended.then(({ code, stderr }) => {
    const last = stderr.trim().split("\n").findLast((line) => !line.includes("is unstable"));
    state.gone.abort(new KernelGone(`the kernel ended with code ${code}${last ? `: ${last}` : ""}`));
  });
  listen(state.shell, state, (message) => state.replies.get(message.parentId)?.(message));
  listen(state.iopub, state, (message) => receive(state, message));
  return {
    ready: () => handshake(state),
    execute: (code, execution) => execute(state, code, execution),
    close: () => state.close(),
  };
}

interface State {
  readonly wire: Wire;
  readonly shell: Dealer;
  readonly iopub: Subscriber;
  readonly gone: AbortController;
  readonly replies: Map<string, (message: Message) => void>;
  readonly idle: Map<string, () => void>;
  readonly outputs: Map<string, (message: Message) => void>;
  lastOutput: number;
  close(): void;
}

function openSockets({ ip, shell_port, iopub_port, key }: Connection): State {
  const shell = new Dealer({ linger: 0 });
  const iopub = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
  shell.connect(`tcp://${ip}:${shell_port}`);
  iopub.connect(`tcp://${ip}:${iopub_port}`);
  iopub.subscribe();
  return {
    wire: createWire(key),
    shell,
    iopub,
    gone: new AbortController(),
    replies: new Map(),
    idle: new Map(),
    outputs: new Map(),
    lastOutput: 0,
    close() {
      shell.close();
      iopub.close();
    },
  };
}

async function listen(
  socket: AsyncIterable<Uint8Array[]>,
  { wire }: State,
  onMessage: (message: Message) => void,
): Promise<void> {
  for await (const frames of socket) onMessage(wire.decode(frames));
}

function receive(state: State, message: Message): void {
  if (message.type === "status") {
    if (message.content.execution_state === "idle") state.idle.get(message.parentId)?.();
    return;
  }
  state.lastOutput = performance.now();
  state.outputs.get(message.parentId)?.(message);
}

async function execute(state: State, code: string, { onOutput, signal }: Execution): Promise<Message> {
  const content = { code, silent: false, store_history: true, allow_stdin: false, stop_on_error: true };
  const { id, frames } = state.wire.encode("execute_request", { ...content, user_expressions: {} });
  state.outputs.set(id, onOutput);
  const answer = answerTo(state, id);
  await state.shell.send(frames);
  const reply = await race(answer, [state.gone.signal, ...(signal ? [signal] : [])]);
  await settle(state);
  return reply;
}

async function answerTo(state: State, id: string): Promise<Message> {
  const reply = Promise.withResolvers<Message>(), idle = Promise.withResolvers<void>();
  state.replies.set(id, reply.resolve);
  state.idle.set(id, idle.resolve);
  await idle.promise;
  return await reply.promise;
}

/** Waits until no output has come for a while, since this kernel is idle before its outputs are out. */
async function settle(state: State): Promise<void> {
  const start = performance.now();
  do await sleep(QUIET_MS); while (
    performance.now() - state.lastOutput < QUIET_MS && performance.now() - start < SETTLE_LIMIT_MS
  );
}

/** Asks until an answer comes on both sockets: before that the subscription may not stand, and outputs be lost. */
async function handshake(state: State): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    const { id, frames } = state.wire.encode("kernel_info_request", {});
    const answer = answerTo(state, id);
    await state.shell.send(frames);
    if (await race(Promise.race([answer, sleep(1000)]), [state.gone.signal])) return;
  }
  throw new KernelGone("the kernel did not answer within a minute");
}

function race<T>(promise: Promise<T>, signals: AbortSignal[]): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const signal = AbortSignal.any(signals);
  const stop = () => reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener("abort", stop));
}

const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
