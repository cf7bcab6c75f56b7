/**
 * Lets a kernel outlive the interrupt button (■ in JupyterLab, which sends SIGINT): what can stop in the middle
 * then stops by {@linkcode interruptSignal}, everything else goes on. May be called again.
 */
export function surviveInterrupts(): void {
  Deno.addSignalListener("SIGINT", goOn);
}

function goOn(): void {}

/** A signal that aborts when the interrupt button is pressed; for the `signal` of a training. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    Deno.removeSignalListener("SIGINT", stop);
    controller.abort(new DOMException("Stopped by the interrupt button", "AbortError"));
  };
  Deno.addSignalListener("SIGINT", stop);
  return controller.signal;
}
