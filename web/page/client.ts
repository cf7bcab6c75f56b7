import type { Answers, Failure, Message, Progress, Request, WorkerSettings } from "../protocol.ts";

/** What went wrong, in the words that a person reads. */
export class FailedError extends Error {
  override readonly name = "FailedError";
  /** The tag of lib's error; "cancelled", or null for a fault of ours. */
  readonly tag: string | null;

  constructor({ tag, message }: Failure) {
    super(message);
    this.tag = tag;
  }
}

type Waiting = { resolve(value: unknown): void; reject(error: Error): void };
type AnswerOf<R extends Request> = Answers[R["kind"]];

/** A worker that names cells. One that has failed is replaced by a new one. */
export class Client {
  #worker: Worker | null = null;
  #started: Promise<Answers["start"]> | null = null;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;

  constructor(
    readonly settings: WorkerSettings,
    readonly onProgress: (progress: Progress) => void,
  ) {}

  /** Starts the worker, if it does not run; what it runs on. */
  start(): Promise<Answers["start"]> {
    return this.#started ??= this.#open();
  }

  async ask<R extends Exclude<Request, { kind: "start" }>>(request: R): Promise<AnswerOf<R>> {
    await this.start();
    return await this.#send(request) as AnswerOf<R>;
  }

  /** Asks the worker to stop after the cells that it is at. */
  cancel(): void {
    this.#worker?.postMessage({ cancel: true });
  }

  /** Ends the worker whatever it is doing; what it was asked for fails. */
  restart(failure: Failure): void {
    this.#worker?.terminate();
    this.#worker = this.#started = null;
    for (const { reject } of this.#waiting.values()) reject(new FailedError(failure));
    this.#waiting.clear();
  }

  #open(): Promise<Answers["start"]> {
    const worker = new Worker(`${this.settings.base}annotator.js`, { type: "module", name: "annotator" });
    worker.onmessage = ({ data }: MessageEvent<Message>) => this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      const message = event.message
        ? `The worker failed: ${event.message}`
        : "The worker could not be loaded";
      this.restart({ tag: null, message });
    };
    this.#worker = worker;
    return this.#send({ kind: "start", settings: this.settings }) as Promise<Answers["start"]>;
  }

  #send(request: Request): Promise<unknown> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker?.postMessage({ id, request });
    });
  }

  #receive(message: Message): void {
    if (message.kind === "progress") return this.onProgress(message.progress);
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === "answer") waiting?.resolve(message.value);
    else waiting?.reject(new FailedError(message.error));
  }
}
