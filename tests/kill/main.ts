import { Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { integer } from "../../lib/cli/flags.ts";
import { runCommand } from "../../lib/cli/run.ts";
import { dataError, startBackend } from "../../lib/runtime/mod.ts";
import { annotation } from "./annotation.ts";
import { atlas } from "./atlas.ts";
import { download } from "./download.ts";
import { fineTuning } from "./fine_tuning.ts";
import { pretraining } from "./pretraining.ts";
import { describeTally, killRepeatedly, type Victim } from "./suite.ts";

/** Every job that is killed, by name. */
const VICTIMS: Readonly<Record<string, (folder: string) => Victim | Promise<Victim>>> = {
  download,
  pretraining,
  "fine-tuning": fineTuning,
  annotation,
  atlas,
};

/** `deno task kill`: SIGKILL at random moments of all that writes for long. */
const command = new Command("deno task kill")
  .description("Kills jobs at random moments and compares what they leave with runs that were never killed.")
  .option("--kills <n>", "of each", integer({ min: 1 }), 20)
  .option("--seed <n>", "seed of the moments", integer({ min: 0 }), 42)
  .option("--only <names>", `some of ${Object.keys(VICTIMS).join(",")}`, victims, Object.keys(VICTIMS))
  .option("--debug", "print the stack of an error")
  .action(async ({ kills, seed, only }) => {
    await startBackend("wasm");
    let lost = 0;
    for (const name of only) lost += await killOne(name, { kills, seed });
    if (lost > 0) {
      throw dataError(`Not every kill was survived: ${lost} of ${kills * only.length}, listed above`);
    }
  });

function victims(text: string): string[] {
  const names = text.split(",");
  if (names.every((name) => Object.hasOwn(VICTIMS, name))) return names;
  throw new InvalidArgumentError(`Expected some of ${Object.keys(VICTIMS).join(",")}.`);
}

/** Kills one job, says what became of it, and answers how many kills were not survived. */
async function killOne(name: string, options: { kills: number; seed: number }): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "kcellfm-kill-" });
  const started = performance.now();
  const victim = await VICTIMS[name](folder);
  try {
    const tally = await killRepeatedly(victim, options);
    console.log(`${describeTally(tally)}; ${Math.round((performance.now() - started) / 1000)} s`);
    return tally.lost.length;
  } finally {
    await victim[Symbol.asyncDispose]?.();
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
