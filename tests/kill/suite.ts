import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createRng, messageOf, statOrNull } from "../../lib/runtime/mod.ts";
import { type Job, runAndKill, runToEnd } from "./run.ts";

/** What a job leaves, by name: equal texts mean equal answers. */
export type Outcome = Readonly<Record<string, string>>;

/** A job under kills, and what must hold of it. */
export interface Victim extends Partial<AsyncDisposable> {
  readonly name: string;
  readonly job: Job;
  /** Brings back the state before the job, in which its folder exists. */
  readonly reset: () => Promise<void>;
  /** What the job left once it was done. */
  readonly outcome: () => Promise<Outcome>;
  /**
   * In a few words, what a killed job left.
   *
   * @param expected what a run leaves that was never killed
   * @throws when it is neither the state before nor the one after, nor one from which the job goes on
   */
  readonly inspect: (expected: Outcome) => Promise<string>;
}

/** What became of a job's kills. */
export interface Tally {
  readonly name: string;
  readonly tried: number;
  /** One line a kill that was not survived. */
  readonly lost: readonly string[];
  /** How often a kill left what. */
  readonly left: Readonly<Record<string, number>>;
  /** Runs that ended before they were killed. */
  readonly finished: number;
}

/** Kills in a row before a run may end, so that moments of all states are met. */
const IN_A_ROW = 4;

/**
 * Kills a job `kills` times, each time starting it again where it was killed, until one run ends: that must leave what a run
 * leaves that was never killed. Then again from the beginning.
 */
export async function killRepeatedly(
  victim: Victim,
  { kills, seed }: { kills: number; seed: number },
): Promise<Tally> {
  const rng = createRng(seed).split(victim.name);
  await victim.reset();
  let course = await runToEnd(victim.job);
  const expected = await victim.outcome();
  const left: Record<string, number> = {};
  const lost: string[] = [];
  let [tried, finished, runs] = [0, 0, 0];
  while (tried < kills) {
    await victim.reset();
    try {
      let how = "killed";
      for (let row = 0; how === "killed" && row < IN_A_ROW && tried < kills; row++) {
        const end = await runAndKill(victim.job, { course, rng: rng.split(runs++) });
        how = end.how;
        if (how === "done") finished++;
        else {
          tried++;
          const found = await victim.inspect(expected);
          left[found] = (left[found] ?? 0) + 1;
        }
        if (how === "done") course = { ...course, ms: Math.min(course.ms, end.ms) }; // a machine less busy than before
      }
      if (how === "killed") await runToEnd(victim.job);
      assert.deepEqual(await victim.outcome(), expected);
    } catch (error) {
      lost.push(`after kill ${tried}: ${messageOf(error)}`);
    }
  }
  return { name: victim.name, tried, lost, left, finished };
}

/** What is said of a tally. */
export function describeTally({ name, tried, lost, left, finished }: Tally): string {
  const found = Object.entries(left).map(([what, times]) => `${times} left ${what}`).join(", ");
  const survived = `${name}: ${tried - lost.length} of ${tried} kills survived`;
  return [`${survived} (${found}; ${finished} runs ended first)`, ...lost.map((line) => `  ${line}`)].join(
    "\n",
  );
}

/** The sha256 of a file, or "none". */
export function hashOf(path: string): string {
  if (statOrNull(path) === null) return "none";
  return createHash("sha256").update(Deno.readFileSync(path)).digest("hex");
}

/** {@linkcode hashOf} of files by name. */
export const hashesOf = (files: Readonly<Record<string, string>>): Outcome =>
  Object.fromEntries(Object.entries(files).map(([name, path]) => [name, hashOf(path)]));

/** The hashes of files that are not there. */
export const noneOf = (names: readonly string[]): Outcome =>
  Object.fromEntries(names.map((name) => [name, "none"]));

/** Makes a folder anew, with nothing in it. */
export async function emptyFolder(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch(() => {});
  await Deno.mkdir(path);
}

/** Fails unless every file is as a whole run leaves it, or as it was before ("none" where there was none). */
export function requireOldOrNew(
  found: Outcome,
  { expected, before }: { expected: Outcome; before: Outcome },
): void {
  for (const [name, hash] of Object.entries(found)) {
    assert.ok(hash === expected[name] || hash === before[name], `${name} is neither old nor new`);
  }
}
