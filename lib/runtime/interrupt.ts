import { host } from "./host/mod.ts";

/** A signal that aborts at the first interrupt with an "AbortError" of this message; a second one finds nobody listening. */
export function abortOnInterrupt(message: string): AbortSignal {
  const controller = new AbortController();
  const stop = host.onInterrupt(() => {
    stop();
    controller.abort(new DOMException(message, "AbortError"));
  });
  return controller.signal;
}
