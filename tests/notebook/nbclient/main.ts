import { fileURLToPath } from "node:url";
import { join, resolve } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { integer } from "../../../lib/cli/flags.ts";
import { writeKernelspec } from "../../../lib/cli/lab.ts";
import { runCommand } from "../../../lib/cli/run.ts";
import { readNotebook } from "../../../lib/notebook/format.ts";
import { kernelEnv } from "../../../lib/notebook/settings.ts";
import { dataError, resultsDir, ROOT, usageError } from "../../../lib/runtime/mod.ts";
import { type Check, report } from "../../checks.ts";
import { findScripts, python } from "../../programs.ts";
import { codeCells, differencesOf, kindsOf } from "./compare.ts";

/** `deno task nbclient`: the notebooks once more, by Python's runner, beside what ours has made of them. */
const command = new Command("deno task nbclient")
  .description(
    "Runs the notebooks by Python's nbclient: each cell must have the outputs that our runner gave.",
  )
  .option("--site <folder>", "what deno task walkthrough wrote (default: data/results/walkthrough)")
  .option("--preset <name>", "what that was run with: nano, walkthrough or paper", "walkthrough")
  .option("--only <prefixes>", "only the notebooks that start so, such as 01,03")
  .option("--timeout <seconds>", "the longest that one cell may take", integer({ min: 1 }), 900)
  .option("--debug", "print the stack of an error")
  .action(async ({ site = join(resultsDir(), "walkthrough"), preset, only, timeout }) => {
    if (await findScripts("nbclient") === null) {
      return console.log(`skipped: nbclient (${python()} has none; KCELLFM_PYTHON names another)`);
    }
    const names = executedNotebooks(resolve(site), only);
    let failed = 0;
    for (const name of names) {
      const check = await checkNotebook(join(resolve(site), name), { name, preset, timeout });
      report(check);
      if (check.problems.length > 0) failed++;
    }
    if (failed > 0) {
      throw dataError(`${failed} of ${names.length} notebooks differ under nbclient, listed above`);
    }
  });

function executedNotebooks(site: string, only = ""): string[] {
  const prefixes = only.split(",");
  try {
    const names = [...Deno.readDirSync(site)].map(({ name }) => name).sort();
    const found = names.filter((name) =>
      name.endsWith(".ipynb") && prefixes.some((it) => name.startsWith(it))
    );
    if (found.length > 0) return found;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  throw usageError(
    `Cannot compare: there are no such notebooks in ${site}; deno task walkthrough --out FOLDER makes them`,
  );
}

interface RunSettings {
  readonly name: string;
  readonly preset: string;
  readonly timeout: number;
}

async function checkNotebook(executed: string, { name, preset, timeout }: RunSettings): Promise<Check> {
  const folder = await Deno.makeTempDir({ prefix: "kcellfm-nbclient-" });
  try {
    const target = join(folder, name);
    const env = { ...kernelEnv({ preset, seed: 42 }), JUPYTER_PATH: await writeKernelspec(folder) };
    const script = fileURLToPath(new URL("execute.py", import.meta.url));
    const args = [script, executed, target, join(ROOT, "notebooks"), String(timeout)];
    const { success, stderr } = await new Deno.Command(python(), { args, env }).output();
    if (!success) return { name, problems: [new TextDecoder().decode(stderr).trim().split("\n").at(-1)!] };
    const [ours, theirs] = await Promise.all([readNotebook(executed), readNotebook(target)]);
    const kinds = codeCells(theirs).flatMap(kindsOf);
    const figures = kinds.filter((kind) => kind === "figure").length;
    return {
      name: `${name} by nbclient: ${kinds.length} outputs, ${figures} of them figures`,
      problems: differencesOf(ours, theirs),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
