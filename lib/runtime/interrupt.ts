/** A signal that aborts at the first SIGINT with an "AbortError" of this message; a second SIGINT finds nobody listening. */
export function abortOnInterrupt(message: string): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    Deno.removeSignalListener("SIGINT", stop);
    controller.abort(new DOMException(message, "AbortError"));
  };
  Deno.addSignalListener("SIGINT", stop);
  return controller.signal;
}
