import { surviveInterrupts } from "./interrupt.ts";

/** Output for a frontend, by media type; `text/plain` is shown in a terminal. */
export interface Bundle {
  readonly "text/plain": string;
  readonly [mediaType: string]: string | object;
}

/** Destination of outputs. */
export interface Output {
  /** Shows a new output, or replaces the one of the same id; resolves when it is safely out. */
  display(bundle: Bundle, options?: { id?: string; update?: boolean }): Promise<void>;
  /** False in a terminal, where an output cannot be replaced and pictures are not worth drawing. */
  readonly rich: boolean;
}

/** The notebook's kernel when there is one, else the terminal. */
export function currentOutput(): Output {
  const jupyter = jupyterOrNull();
  return jupyter ? kernelOutput(jupyter) : TERMINAL;
}

type Jupyter = typeof Deno.jupyter;

function jupyterOrNull(): Jupyter | null {
  try {
    return typeof Deno.jupyter.display === "function" ? Deno.jupyter : null;
  } catch {
    return null; // reading it outside of a kernel throws
  }
}

const BASE_MS = 5;
const MS_PER_MB = 20;

/**
 * Deno's kernel says that a cell is idle before its outputs are out, and a headless client drops what comes
 * later; so each output is followed by a pause in which it can leave.
 */
function kernelOutput(jupyter: Jupyter): Output {
  surviveInterrupts();
  return {
    rich: true,
    async display(bundle, { id, update = false } = {}) {
      await jupyter.display(bundle, { raw: true, update, ...(id ? { display_id: id } : {}) });
      const megabytes = JSON.stringify(bundle).length / 1e6;
      await new Promise((done) => setTimeout(done, BASE_MS + MS_PER_MB * megabytes));
    },
  };
}

const TERMINAL: Output = {
  rich: false,
  display: (bundle) => Promise.resolve(console.log(bundle["text/plain"])),
};
