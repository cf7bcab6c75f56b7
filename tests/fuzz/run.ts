import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Outcome } from "./child.ts";

/** How inputs are drawn and what they may cost. */
export interface FuzzOptions {
  readonly seed: number;
  /** The first input, and one past the last. */
  readonly from: number;
  readonly to: number;
  /** Seconds for one input. */
  readonly limit: number;
  readonly onOutcome?: (outcome: Verdict) => void;
}

/** An outcome, or how the process that read the input ended. */
export type Verdict = Outcome | {
  readonly input: number;
  readonly kind: "hang" | "crash";
  readonly message: string;
};

/**
 * Reads every input in a process of its own kind: one that hangs is killed, one that crashes is noted, and the next begins with
 * the input after.
 */
export async function fuzz({ onOutcome, ...options }: FuzzOptions): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const note = (verdict: Verdict) => {
    verdicts.push(verdict);
    onOutcome?.(verdict);
  };
  for (let from = options.from; from < options.to;) from = await fuzzProcess({ ...options, from }, note);
  return verdicts;
}

/** Reads inputs until the process ends; returns the first input that was not read. */
async function fuzzProcess(options: FuzzOptions, note: (verdict: Verdict) => void): Promise<number> {
  const { seed, from, to, limit } = options;
  const folder = await Deno.makeTempDir({ prefix: "kcellfm-fuzz-" });
  const script = fileURLToPath(new URL("child.ts", import.meta.url));
  const args = ["run", ...PERMISSIONS, "--no-check", script, `${seed}`, `${from}`, `${to}`, folder];
  const child = spawn(Deno.execPath(), args);
  const errors = text(child.stderr);
  const ended = once(child, "close");
  const watchdog = createWatchdog(() => child.kill("SIGKILL"));
  watchdog.wait(BETWEEN_LIMIT);
  let [started, next] = [from, from];
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith("{")) {
      note(JSON.parse(line));
      next = started + 1;
      watchdog.wait(BETWEEN_LIMIT); // the input's time is over, also where the process is slow to end
    } else {
      started = Number(line);
      watchdog.wait(limit);
    }
  }
  const [code, signal] = await ended;
  watchdog.stop();
  await Deno.remove(folder, { recursive: true });
  if (next === to && code === 0) return to;
  const kind = watchdog.hasBitten() ? "hang" : "crash";
  note({ input: started, kind, message: `${signal ?? `exit ${code}`}: ${(await errors).slice(-2000)}` });
  return started + 1;
}

/** No network, and no other program: a reader that wanted either would fail. */
const PERMISSIONS = "--no-prompt --allow-read --allow-write --allow-env --allow-ffi --allow-sys".split(" ");
/** Seconds until the next input, or the end, on a busy machine. */
const BETWEEN_LIMIT = 120;

/** Calls `bite` unless it is told to wait anew, or to stop, in time. */
function createWatchdog(bite: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let bitten = false;
  const stop = () => clearTimeout(timer);
  const wait = (seconds: number) => {
    stop();
    timer = setTimeout(() => {
      bitten = true;
      bite();
    }, seconds * 1000);
  };
  return { wait, stop, hasBitten: () => bitten };
}
