import { join } from "node:path";
import { type Rng, ROOT } from "../../lib/runtime/mod.ts";

const { tasks }: { tasks: Record<string, string> } = JSON.parse(
  Deno.readTextFileSync(join(ROOT, "deno.json")),
);

/** A command that can be killed. */
export interface Job {
  /** The task of deno.json whose permissions it has. */
  readonly task: string;
  /** What runs; default: the task's own script. */
  readonly script?: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where it writes: half of the moments are counted in what happens there. */
  readonly folder: string;
}

/** What a run to the end takes. */
export interface Course {
  readonly ms: number;
  /** Files made, written, renamed or removed. */
  readonly events: number;
}

/** Runs a job to its end; fails when it does. */
export async function runToEnd(job: Job): Promise<Course> {
  const { how, ms, events } = await run(job, { ms: Infinity, events: Infinity });
  if (how !== "done") throw new Error(`${job.task} was killed by somebody else`);
  return { ms, events };
}

/** How a run ended. */
export interface End extends Course {
  readonly how: "killed" | "done";
}

/** Starts a job and kills it at a random moment of its course: of its time, or of what it does to files, by turns of luck. */
export async function runAndKill(job: Job, { course, rng }: { course: Course; rng: Rng }): Promise<End> {
  const byTime = rng.uniform() < 0.5;
  return await run(job, {
    ms: byTime ? course.ms * (0.2 + 0.8 * rng.uniform()) : Infinity,
    events: byTime ? Infinity : 1 + rng.int(course.events),
  });
}

/** Runs a job until it ends or is killed by SIGKILL, so many milliseconds or file events after its start. */
async function run(job: Job, limit: Course): Promise<End> {
  const started = performance.now();
  using watcher = Deno.watchFs(job.folder);
  const child = commandOf(job).spawn();
  const kill = () => {
    try {
      child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it ended in the moment before
    }
  };
  const timer = limit.ms === Infinity ? undefined : setTimeout(kill, limit.ms);
  let events = 0;
  const counting = (async () => {
    for await (const { kind } of watcher) if (kind !== "access" && ++events === limit.events) kill();
  })();
  const { success, signal, stderr } = await child.output();
  clearTimeout(timer);
  watcher.close();
  await counting;
  if (!success && signal !== "SIGKILL") {
    throw new Error(`${job.task} failed by itself: ${new TextDecoder().decode(stderr).slice(-800)}`);
  }
  return { how: success ? "done" : "killed", ms: performance.now() - started, events };
}

function commandOf({ task, script, args, env }: Job): Deno.Command {
  const words = tasks[task].split(" ").slice(2); // after "deno run"
  const flags = words.filter((word) => word.startsWith("--"));
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", ...flags, script ?? words[words.length - 1], ...args],
    cwd: ROOT,
    env: { ...env, NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  });
}
