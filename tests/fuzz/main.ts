import { Command } from "@commander-js/extra-typings";
import { integer } from "../../lib/cli/flags.ts";
import { runCommand } from "../../lib/cli/run.ts";
import { dataError } from "../../lib/runtime/mod.ts";
import { fuzz, type Verdict } from "./run.ts";
import { TARGETS } from "./targets.ts";

/** What the process that reads may hold at most, in MB: the fixtures are of kilobytes, the rest is the engine. */
const MEMORY_LIMIT = 1500;

/** `deno task fuzz`: changed files through every reader. */
const command = new Command("deno task fuzz")
  .description(
    "Reads thousands of changed files: each reads to shapes that fit, or is refused in one line of ours.",
  )
  .option("--inputs <n>", "files to read", integer({ min: 1 }), 22_000)
  .option("--seed <n>", "seed of the changes", integer({ min: 0 }), 42)
  .option("--only <n>", "read this input alone", integer({ min: 0 }))
  .option("--limit <seconds>", "for one input", integer({ min: 1 }), 20)
  .option("--debug", "print the stack of an error")
  .action(async ({ inputs, seed, only, limit }) => {
    const [from, to] = only === undefined ? [0, inputs] : [only, only + 1];
    const verdicts = await fuzz({
      seed,
      from,
      to,
      limit,
      onOutcome: (verdict) => report(verdict, only !== undefined),
    });
    console.log(summary(verdicts));
    const failed = verdicts.filter(isFailure).length;
    if (failed > 0) throw dataError(`Fuzzing failed: ${failed} of ${verdicts.length} inputs, listed above`);
  });

const isFailure = (verdict: Verdict): boolean =>
  verdict.kind !== "read" && verdict.kind !== "refused" || "peak" in verdict && verdict.peak > MEMORY_LIMIT;

function report(verdict: Verdict, always: boolean): void {
  if (!always && !isFailure(verdict)) return;
  const target = TARGETS[verdict.input % TARGETS.length].name;
  const peak = "peak" in verdict ? `, peak ${verdict.peak} MB, ${verdict.ms} ms` : "";
  console.log(`${verdict.kind}: input ${verdict.input} (${target}${peak}) ${verdict.message}`);
}

/** One line a reader, then the whole. */
function summary(verdicts: readonly Verdict[]): string {
  const of = (kind: Verdict["kind"], list: readonly Verdict[]) =>
    list.filter((it) => it.kind === kind).length;
  const rows = TARGETS.map(({ name }, which) => {
    const own = verdicts.filter(({ input }) => input % TARGETS.length === which);
    return `${name.padEnd(16)} ${own.length} inputs: ${of("read", own)} read, ${of("refused", own)} refused`;
  });
  const peaks = verdicts.map((it) => "peak" in it ? it.peak : 0);
  const slowest = verdicts.map((it) => "ms" in it ? it.ms : 0);
  const counts = ["hang", "crash", "bug"].map((kind) => `${of(kind as Verdict["kind"], verdicts)} ${kind}`);
  const most = `at most ${Math.max(...peaks)} MB (limit ${MEMORY_LIMIT}) and ${
    Math.max(...slowest)
  } ms an input`;
  return [...rows, `${verdicts.length} inputs: ${counts.join(", ")}; ${most}`].join("\n");
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
