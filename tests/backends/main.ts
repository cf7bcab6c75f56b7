import { Command } from "@commander-js/extra-typings";
import { oneOf } from "../../lib/cli/flags.ts";
import { runCommand } from "../../lib/cli/run.ts";
import { type BackendName, BACKENDS, dataError } from "../../lib/runtime/mod.ts";
import { probeBackend, type Tested, testOn } from "./run.ts";

/** `deno task test:backends`: the operators and a training on every backend that starts here. */
const command = new Command("deno task test:backends")
  .description(
    "Tests every operator, and that nano trains along the same curve, on each backend that starts here.",
  )
  .option("--only <backend>", BACKENDS.join(", "), oneOf(BACKENDS))
  .option("--debug", "print the stack of an error")
  .action(async ({ only }) => {
    const failed: string[] = [];
    for (const name of only ? [only] : BACKENDS) {
      if (!await testBackend(name)) failed.push(name);
    }
    if (failed.length > 0) throw dataError(`Tests failed on ${failed.join(" and ")}, listed above`);
  });

/** Whether a backend passed, or is not there; prints one line, and the whole of what failed. */
async function testBackend(name: BackendName): Promise<boolean> {
  const { starts, message } = await probeBackend(name);
  if (!starts) {
    console.log(`${name}: skipped, ${message}`);
    return true;
  }
  const started = performance.now();
  const files = await testOn(name, (tested) => {
    if (tested.failed > 0) console.log(`${name}: ${tested.file}\n${tested.output}`);
  });
  const sum = (count: (tested: Tested) => number) => files.reduce((total, file) => total + count(file), 0);
  const seconds = Math.round((performance.now() - started) / 1000);
  const failed = sum((file) => file.failed);
  console.log(`${name} (${message}): ${sum((file) => file.passed)} passed, ${failed} failed, ${seconds} s`);
  return failed === 0;
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
