import { type Answer, fromPlain, type Request } from "./messages.ts";

/** A worker that answers one request at a time. */
export interface Thread {
  /** Its answer; rejects when the worker fails or is closed. */
  ask(request: Request): Promise<unknown>;
  close(): void;
}

/**
 * Starts a worker. When it fails, with an error of its own or because its module does not load, the request it was at
 * rejects and `onFailure` is called.
 */
export function startThread(
  entry: URL,
  { name, onFailure }: { name: string; onFailure: () => void },
): Thread {
  const worker = new Worker(entry, { type: "module", name });
  let waiting: PromiseWithResolvers<unknown> | null = null;
  let ended: Error | null = null;

  function end(reason: Error) {
    ended ??= reason;
    worker.terminate();
    waiting?.reject(ended);
    waiting = null;
  }
  function fail(reason: Error) {
    end(reason);
    onFailure();
  }

  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    if (!data.ok) return fail(fromPlain(data.error, name));
    waiting?.resolve(data.value);
    waiting = null;
  };
  worker.onerror = (event) => {
    event.preventDefault(); // else it would end this thread too
    fail(new Error(`${name} failed: ${event.message}`));
  };
  return {
    ask(request) {
      if (ended) return Promise.reject(ended);
      waiting = Promise.withResolvers();
      worker.postMessage(request);
      return waiting.promise;
    },
    close: () => end(new Error(`${name} was closed`)),
  };
}
