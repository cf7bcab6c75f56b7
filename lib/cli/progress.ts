import type { DownloadProgress } from "../data/fetch/mod.ts";

/** A progress bar; `update` may be called as often as the work likes. */
export interface ProgressBar {
  /** `done` units of the total are finished; `note` stands behind the bar. */
  update(done: number, note?: string): void;
  /** Ends the line. */
  finish(): void;
}

/** Options for drawing a bar. */
export interface ProgressOptions {
  /** The file that takes it; default stderr. */
  readonly out?: { isTerminal(): boolean; writeSync(bytes: Uint8Array): number };
  /** The clock in ms, for tests. */
  readonly now?: () => number;
}

const WIDTH = 28;
const REDRAW_MS = 100;

/**
 * A bar on stderr. On a terminal it is redrawn in place at most ten times a second; elsewhere (a log, a pipe)
 * it is one line at each tenth, so that a log stays readable.
 */
export function createProgress(label: string, total: number, options: ProgressOptions = {}): ProgressBar {
  const { out = Deno.stderr, now = () => performance.now() } = options;
  const write = (text: string) => void out.writeSync(new TextEncoder().encode(text));
  return out.isTerminal() ? terminalBar({ label, total, write, now }) : logBar({ label, total, write });
}

interface Bar {
  readonly label: string;
  readonly total: number;
  readonly write: (text: string) => void;
}

function terminalBar({ label, total, write, now }: Bar & { now: () => number }): ProgressBar {
  const start = now();
  let last = -Infinity;
  return {
    update(done, note = "") {
      if (now() - last < REDRAW_MS && done < total) return;
      last = now();
      write(
        `\r\x1b[2K${label} ${blocks(done / total)} ${done}/${total} ${
          left(done, total, last - start)
        }${note}`,
      );
    },
    finish: () => write("\n"),
  };
}

function logBar({ label, total, write }: Bar): ProgressBar {
  let tenths = -1;
  return {
    update(done, note = "") {
      const reached = Math.floor(10 * done / total);
      if (reached <= tenths) return;
      tenths = reached;
      write(`${label} ${done}/${total} ${note}`.trimEnd() + "\n");
    },
    finish: () => {},
  };
}

function blocks(share: number): string {
  const full = Math.round(WIDTH * Math.min(1, Math.max(0, share)));
  return "█".repeat(full) + "░".repeat(WIDTH - full);
}

function left(done: number, total: number, elapsedMs: number): string {
  if (done === 0 || done >= total) return "";
  return `${Math.ceil(elapsedMs * (total - done) / done / 1000)} s left `;
}

/** Bars in MB for downloads, one after the other; none for a file that is here already. */
export function createDownloadBar() {
  let shown: { readonly name: string; readonly bar: ProgressBar } | undefined;
  const megabytes = (bytes: number) => Number((bytes / 1e6).toFixed(bytes < 1e5 ? 3 : 1));
  const finish = () => shown?.bar.finish();
  return {
    finish,
    update({ name, receivedBytes, totalBytes, bytesPerSecond }: DownloadProgress) {
      if (shown?.name !== name) {
        finish();
        shown = { name, bar: createProgress(`${name} (MB)`, megabytes(totalBytes ?? receivedBytes)) };
      }
      shown.bar.update(megabytes(receivedBytes), `${megabytes(bytesPerSecond)} MB/s`);
    },
  };
}

/** One bar after the other, one for each step of a task; a step is known by its name. */
export function progressByStep() {
  let shown: { readonly step: string; readonly bar: ProgressBar } | undefined;
  return (step: string, done: number, total: number, note?: string): void => {
    if (shown?.step !== step) {
      shown?.bar.finish();
      shown = { step, bar: createProgress(step, total) };
    }
    shown.bar.update(done, note);
    if (done < total) return;
    shown.bar.finish();
    shown = undefined;
  };
}
