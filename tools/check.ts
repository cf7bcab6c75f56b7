import { relative } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { dataError, ROOT } from "../lib/runtime/mod.ts";
import { houseProblems, notebookFiles } from "./check_house.ts";
import { notebookFormatProblems, notebookTypeProblems, runDeno } from "./check_notebooks.ts";
import { runCommand } from "../lib/cli/mod.ts";

/** One thing that is checked; its problems, as they are printed. */
interface Step {
  readonly name: string;
  problems(): Promise<string[]>;
}

const STEPS: readonly Step[] = [
  { name: "format", problems: formatProblems },
  { name: "lint", problems: () => denoProblems(["lint", "--quiet"]) },
  { name: "types", problems: () => denoProblems(["check", "--quiet"]) },
  {
    name: "types of the notebooks",
    problems: async () => notebookTypeProblems(await notebookFiles(ROOT), ROOT),
  },
  { name: "house rules", problems: () => houseProblems(ROOT) },
];

/** `deno task check`: format, lint, types, the notebooks' types and the house rules, all of them each time. */
export const command = new Command("deno task check")
  .description("Checks format, lint, types, notebooks and house rules.")
  .option("--debug", "print the stack of an error")
  .action(async () => {
    const failed: string[] = [];
    for (const { name, problems } of STEPS) {
      const found = await problems();
      console.log(`${found.length === 0 ? "ok    " : "FAILED"} ${name}`);
      for (const problem of found) console.log(problem.replaceAll(/^/gm, "  "));
      if (found.length > 0) failed.push(name);
    }
    if (failed.length > 0) throw dataError(`Check failed: ${failed.join(", ")}`);
  });

/** The names alone: the formatter's own answer is a page of differences that `deno fmt` mends. */
async function formatProblems(): Promise<string[]> {
  const { code, text } = await runDeno(["fmt", "--check"], ROOT);
  const names = [...text.matchAll(/^from (.*):$/gm)].map(([, path]) => relative(ROOT, path));
  if (code !== 0 && names.length === 0) return [text];
  const files = names.filter((name) => !name.endsWith(".ipynb")).map((name) => `${name}: run deno fmt`);
  return [...files, ...await notebookFormatProblems(await notebookFiles(ROOT), ROOT)];
}

async function denoProblems(args: string[]): Promise<string[]> {
  const { code, text } = await runDeno(args, ROOT);
  return code === 0 ? [] : [text];
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
