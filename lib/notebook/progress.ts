import { escapeHtml } from "../figures/mod.ts";
import { currentOutput, type Output } from "./output.ts";

/** A bar under the cell that is updated in place. */
export interface Progress {
  /** Sets how much is done, with a few words on the state ("loss 0.41"); drawn at most every `redrawMs`. */
  update(done: number, note?: string): Promise<void>;
  /** Draws the last state, full, and says how long it took. */
  finish(note?: string): Promise<void>;
}

export interface ProgressOptions {
  /** The unit that is counted; default "steps". */
  readonly unit?: string;
  /** The least time between two drawings, in milliseconds; default 250. */
  readonly redrawMs?: number;
  /** The clock, in milliseconds; default the machine's. */
  readonly now?: () => number;
  /** Destination of the bar; default the notebook or the terminal. */
  readonly output?: Output;
}

/** One state of a bar. */
export interface ProgressState {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  readonly seconds: number;
  readonly note: string;
}

/** Starts a bar from 0 to `total`. In a terminal, which keeps every line, only its end is printed. */
export function progress(label: string, total: number, options: ProgressOptions = {}): Progress {
  const { unit = "steps", redrawMs = 250, now = () => performance.now(), output = currentOutput() } = options;
  const id = `progress-${crypto.randomUUID()}`;
  const start = now();
  let drawn = -Infinity, shown = false, last: ProgressState | null = null;

  const draw = async (state: ProgressState) => {
    drawn = now();
    const update = shown;
    shown = true;
    await output.display(bundleOf(state), { id, update });
  };
  const stateAt = (done: number, note: string): ProgressState => ({
    label,
    done,
    total,
    unit,
    note,
    seconds: (now() - start) / 1000,
  });
  return {
    async update(done, note = "") {
      last = stateAt(done, note);
      if (output.rich && now() - drawn >= redrawMs) await draw(last);
    },
    finish: (note = last?.note ?? "") => draw(stateAt(total, note)),
  };
}

const bundleOf = (state: ProgressState) => ({
  "text/plain": progressText(state),
  "text/html": progressHtml(state),
});

/** One line: what, how far, how fast, how long still. */
export function progressText({ label, done, total, unit, seconds, note }: ProgressState): string {
  const rate = seconds > 0 ? done / seconds : 0;
  const left = done < total && rate > 0 ? `${duration((total - done) / rate)} left` : duration(seconds);
  const counted = `${count(done)} of ${count(total)} ${unit}`;
  return [`${label}: ${counted}`, `${count(Number(rate.toPrecision(3)))} ${unit}/s`, left, note].filter(
    Boolean,
  )
    .join(", ");
}

function progressHtml(state: ProgressState): string {
  const share = state.total > 0 ? Math.min(1, state.done / state.total) : 1;
  const color = share < 1 ? "#0072b2" : "#009e73";
  return `<div style="font-size:13px;max-width:760px"><div style="height:6px;border-radius:3px;margin:4px 0;
background:color-mix(in srgb,currentColor 12%,transparent)"><div style="height:6px;border-radius:3px;
width:${(100 * share).toFixed(1)}%;background:${color}"></div></div>${escapeHtml(progressText(state))}</div>`;
}

const count = (n: number) => n.toLocaleString("en-US", { maximumFractionDigits: n < 10 ? 2 : 0 });

/** Seconds as a person says them. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${Math.round(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
