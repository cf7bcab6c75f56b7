import { Command } from "@commander-js/extra-typings";
import { integer } from "lib/cli/flags.ts";
import { runCommand } from "lib/cli/run.ts";
import { startBackend } from "lib/runtime/mod.ts";
import { killAnnotation } from "./annotation.ts";
import { killPretraining } from "./pretraining.ts";

/** `deno task kill`: SIGKILL at random moments of training and annotation. */
const command = new Command("deno task kill")
  .description(
    "Kills a pretraining and an annotation at random moments and compares what they leave with whole runs.",
  )
  .option("--kills <n>", "of each", integer({ min: 1 }), 20)
  .option("--seed <n>", "seed of the moments", integer({ min: 0 }), 42)
  .option("--only <which>", "pretraining or annotation")
  .option("--debug", "print the stack of an error")
  .action(async ({ kills, seed, only }) => {
    await startBackend("wasm");
    if (only !== "annotation") {
      const folder = await Deno.makeTempDir();
      const { kills: tried, resumed, finished } = await killPretraining(folder, { kills, seed });
      await Deno.remove(folder, { recursive: true });
      console.log(
        `pretraining: ${tried} kills survived of ${tried}; ${resumed} left a state to go on from, ${finished} runs were done first; ` +
          "the models equal that of a run never killed, to the bit",
      );
    }
    if (only !== "pretraining") {
      const { kills: tried, old, fresh } = await killAnnotation({ kills, seed });
      console.log(
        `annotation: ${tried} kills survived of ${tried}; ${old} left the old answer, ${fresh} the whole new one`,
      );
    }
  });

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
