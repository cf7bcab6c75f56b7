import { host } from "../runtime/mod.ts";
import { type Answer, fromPlain, type Request } from "./messages.ts";

/** A worker that answers requests one after the other. */
export interface Thread {
  /** Its answer; rejects when the worker fails or is closed. */
  ask(request: Request): Promise<unknown>;
  close(): void;
}

/**
 * Starts a worker. When it fails, with an error of its own or because its module does not load, what it was asked for
 * rejects and `onFailure` is called.
 */
export function startThread(
  entry: string,
  { name, onFailure }: { name: string; onFailure: () => void },
): Thread {
  const worker = host.startWorker(entry, name);
  const waiting: PromiseWithResolvers<unknown>[] = []; // answers come in the order of the requests
  let ended: Error | null = null;

  function end(reason: Error) {
    ended ??= reason;
    worker.terminate();
    for (const request of waiting.splice(0)) request.reject(ended);
  }
  function fail(reason: Error) {
    end(reason);
    onFailure();
  }

  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    if (data.ok) waiting.shift()?.resolve(data.value);
    else fail(fromPlain(data.error, name));
  };
  worker.onerror = (event) => {
    event.preventDefault(); // else it would end this thread too
    fail(new Error(`${name} failed: ${event.message}`));
  };
  return {
    ask(request) {
      if (ended) return Promise.reject(ended);
      const answer = Promise.withResolvers<unknown>();
      answer.promise.catch(() => {}); // whoever asked may have failed meanwhile, and not be listening
      waiting.push(answer);
      worker.postMessage(request);
      return answer.promise;
    },
    close: () => end(new Error(`${name} was closed`)),
  };
}
