import { basename, join } from "node:path";
import { ROOT } from "../../lib/runtime/mod.ts";

/** What the page computes with, so that the command computes the same. */
const ENV = { KCELLFM_BACKEND: "wasm", KCELLFM_BLAS: "off", NO_COLOR: "1" };

/** What came of a file: its table, or the one line that refuses it. */
export type CommandAnswer = { readonly table: string } | { readonly refused: string };

/** The table that `deno task annotate` writes of a file. */
export async function tableByCommand(
  path: string,
  folder: string,
  more: readonly string[] = [],
): Promise<string> {
  const out = join(folder, "command.tsv");
  const outputs = ["--out", out, "--report", join(folder, "command.html")];
  await runDeno([...await annotateScript(), path, ...outputs, ...more], folder);
  return await Deno.readTextFile(out);
}

/** What `annotateFile`, which the command calls, makes of each file; paths in its lines are names, as on the page. */
export async function answersOf(paths: readonly string[], folder: string): Promise<CommandAnswer[]> {
  const flags = (await annotateScript()).slice(0, -1);
  const text = await runDeno(
    [...flags, join(ROOT, "tests/browser/web_answers.ts"), folder, ...paths],
    folder,
  );
  const lines: (string | null)[] = text.trim().split("\n").map((line) => JSON.parse(line));
  return await Promise.all(paths.map(async (path, i) => {
    const line = lines[i];
    if (line !== null) return { refused: line.replaceAll(path, basename(path)) };
    return { table: await Deno.readTextFile(join(folder, `${i}.tsv`)) };
  }));
}

/** What follows `deno` in the task: its permissions and its script. */
async function annotateScript(): Promise<string[]> {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  return (tasks.annotate as string).split(" ").slice(1);
}

async function runDeno(args: readonly string[], results: string): Promise<string> {
  const env = { ...ENV, KCELLFM_RESULTS: results };
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env,
  }).output();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(new TextDecoder().decode(stderr).trim().split("\n").at(-1));
}
