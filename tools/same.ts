import { join, relative, resolve } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { runCommand } from "../lib/cli/mod.ts";
import { dataError, ROOT } from "../lib/runtime/mod.ts";

/** One run whose files are compared: a task of deno.json with small settings and a fixed seed. */
interface Run {
  readonly name: string;
  /** Arguments of `deno task`; `{out}` is the run's folder, `{data}` the folder of real data. */
  readonly args: string;
}

const SMALL = "--preset nano --epochs 1 --repeats 1 --out {out}";

/** What people run, small: every experiment, both ways to name cells, and one chapter of the book. */
const RUNS: readonly Run[] = [
  { name: "zero-shot", args: "annotate {data}/cells/kang_ifnb_832.h5ad --out {out}/cells.h5ad" },
  {
    name: "reference",
    args:
      "annotate {data}/cells/kang_ifnb_832.h5ad --reference {data}/cells/pbmc3k.h5ad --out {out}/cells.h5ad",
  },
  { name: "finetune", args: `finetune --set pbmc3k ${SMALL}` },
  { name: "spatial", args: `spatial --set codex_colorectal --cells 200 ${SMALL}` },
  { name: "cell-cycle", args: `cell-cycle --set mesc_buettner ${SMALL}` },
  { name: "novel", args: "novel --preset nano --set simulated --cells 1500 --epochs 2 --out {out}" },
  { name: "perturb", args: `perturb --set eccite_thp1 --cells 40 --genes 120 ${SMALL}` },
  {
    name: "atlas",
    args:
      "atlas --preset nano --set simulated --cells 4000 --shard-cells 1000 --types 30 --train-cells 1000 " +
      "--epochs 1 --rival-cells 1000 --shared-cells 500 --out {out} --answers {out}/answers",
  },
  { name: "chapter", args: "walkthrough --preset nano --only 12 --out {out}" },
];

/** What a run's files say of time, memory and versions, which no two runs share. */
const VOLATILE = /"?(seconds|cells_per_second|peak_mb|versions|made)"?/;

/**
 * `deno task same TREE`: runs the same small commands in another checkout of this repository and in this one, and
 * compares what they write, byte for byte; only times, memory and versions may differ.
 */
export const command = new Command("deno task same")
  .description("Runs small commands in another checkout and in this one and compares the files they write.")
  .argument("<tree>", "the other checkout, with its packages installed")
  .requiredOption("--data <folder>", "real data (what KCELLFM_MIRROR names)")
  .option("--out <folder>", "where the files go; finished runs in it are not repeated", "data/results/same")
  .option("--only <names>", "only these runs, split by commas")
  .option("--debug", "print the stack of an error")
  .action(async (tree, { data, out, only }) => {
    const names = only?.split(",");
    const different: string[] = [];
    for (const run of RUNS.filter(({ name }) => names?.includes(name) ?? true)) {
      const [theirs, ours] = [join(resolve(out), "other", run.name), join(resolve(out), "this", run.name)];
      await perform(run, { tree: resolve(tree), out: theirs, data: resolve(data) });
      await perform(run, { tree: ROOT, out: ours, data: resolve(data) });
      const found = await differences(theirs, ours);
      console.log(`${found.length === 0 ? "same     " : "DIFFERENT"} ${run.name}`);
      for (const line of found) console.log(`  ${line}`);
      if (found.length > 0) different.push(run.name);
    }
    if (different.length > 0) throw dataError(`Runs differ from those of ${tree}: ${different.join(", ")}`);
  });

interface Place {
  readonly tree: string;
  readonly out: string;
  readonly data: string;
}

/** Runs a command in a checkout unless its folder is there already. */
async function perform({ name, args }: Run, { tree, out, data }: Place): Promise<void> {
  if (await exists(join(out, "done"))) return;
  await Deno.mkdir(out, { recursive: true });
  const words = args.replaceAll("{out}", out).replaceAll("{data}", data).split(" ");
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", ...words],
    cwd: tree,
    env: { KCELLFM_MIRROR: data, NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).output();
  if (code !== 0) throw dataError(`Cannot run ${name} in ${tree}: ${new TextDecoder().decode(stderr)}`);
  await Deno.writeTextFile(join(out, "done"), "");
}

/** One line for each file that one of two folders lacks or that differs beyond times, memory and versions. */
async function differences(theirs: string, ours: string): Promise<string[]> {
  const [a, b] = [await filesUnder(theirs), await filesUnder(ours)];
  const missing = [...a.filter((name) => !b.includes(name)), ...b.filter((name) => !a.includes(name))];
  const both = a.filter((name) => b.includes(name));
  const changed = await Promise.all(both.map(async (name) => {
    const [x, y] = await Promise.all([readStable(join(theirs, name)), readStable(join(ours, name))]);
    return x === y ? [] : [`${name} differs`];
  }));
  return [...missing.map((name) => `${name} is in one of the two only`), ...changed.flat()];
}

async function filesUnder(folder: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (path: string) => {
    for await (const { name, isDirectory } of Deno.readDir(path)) {
      if (isDirectory) await walk(join(path, name));
      else found.push(relative(folder, join(path, name)));
    }
  };
  await walk(folder);
  return found.sort();
}

/** A file's content as text without what may differ: lines of JSON that time a run, and folder names. */
async function readStable(path: string): Promise<string> {
  const bytes = await Deno.readFile(path);
  if (!/\.(json|html|tsv|csv|ipynb|txt|log)$/.test(path)) {
    return Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))).join();
  }
  return new TextDecoder().decode(bytes).split("\n").filter((line) => !VOLATILE.test(line)).join("\n");
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
