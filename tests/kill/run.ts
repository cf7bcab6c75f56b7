import { type Rng, ROOT } from "lib/runtime/mod.ts";

/** Flags of the victims: what the tasks have, and nothing from the network. */
const FLAGS = [
  "run",
  "--no-prompt",
  "--no-check",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-ffi",
  "--allow-sys",
];

/** Runs a command of lib/cli to its end; fails when it does. */
export async function runWhole(
  script: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<number> {
  const started = performance.now();
  const { code, stderr } = await command(script, args, env).output();
  if (code !== 0) {
    throw new Error(`${script} ended with ${code}: ${new TextDecoder().decode(stderr).slice(-800)}`);
  }
  return performance.now() - started;
}

/** How a victim ended: killed by us, or done before that, and after how many milliseconds. */
export interface End {
  readonly how: "killed" | "done";
  readonly ms: number;
}

/** Starts a command and kills it by SIGKILL at a random moment of the time that it takes. */
export async function runAndKill(
  script: string,
  args: readonly string[],
  { env, takes, rng }: { env: Record<string, string>; takes: number; rng: Rng },
): Promise<End> {
  const started = performance.now();
  const child = command(script, args, env).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), takes * (0.2 + 0.8 * rng.uniform()));
  const { success, signal, stderr } = await child.output();
  clearTimeout(timer);
  if (!success && signal !== "SIGKILL") {
    throw new Error(`${script} failed by itself: ${new TextDecoder().decode(stderr).slice(-800)}`);
  }
  const how = success ? "done" : "killed";
  console.error(`${script} ${how} after ${Math.round(performance.now() - started)} ms`);
  return { how, ms: performance.now() - started };
}

const command = (script: string, args: readonly string[], env: Record<string, string>) =>
  new Deno.Command(Deno.execPath(), {
    args: [...FLAGS, `lib/cli/${script}`, ...args],
    cwd: ROOT,
    env: { ...env, NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  });
