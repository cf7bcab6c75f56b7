import { abortOnInterrupt } from "../runtime/mod.ts";

/**
 * Lets a kernel outlive the interrupt button (■ in JupyterLab, which sends SIGINT): what can stop in the middle
 * then stops by {@linkcode interruptSignal}, everything else continues. May be called again.
 */
export function surviveInterrupts(): void {
  Deno.addSignalListener("SIGINT", goOn);
}

function goOn(): void {}

/** A signal that aborts when the interrupt button is pressed; for the `signal` of a training. */
export const interruptSignal = (): AbortSignal => abortOnInterrupt("Stopped by the interrupt button");
