import assert from "node:assert/strict";
import { dirname, join, resolve } from "node:path";
import { command as annotate } from "../lib/cli/annotate.ts";
import { command as atlas } from "../lib/cli/atlas.ts";
import { command as checkpoint } from "../lib/cli/checkpoint.ts";
import { command as data } from "../lib/cli/data.ts";
import { command as finetune } from "../lib/cli/finetune.ts";
import { command as lab } from "../lib/cli/lab.ts";
import { command as gpuSetup } from "tools/gpu_setup.ts";
import { command as perturb } from "../lib/cli/perturb.ts";
import { command as pretrain } from "../lib/cli/pretrain.ts";
import { command as spatial } from "../lib/cli/spatial.ts";
import { command as walkthrough } from "../lib/cli/walkthrough.ts";
import { resultSchema } from "../lib/metrics/mod.ts";
import { ROOT } from "../lib/runtime/mod.ts";
import { command as benchGpu } from "../bench/gpu.ts";

const GUIDE = await readDocument("docs/GUIDE.md");
const FORMATS = await readDocument("docs/FORMATS.md");
const GPU = await readDocument("docs/GPU.md");
const config: { version: string; tasks: Record<string, string> } = JSON.parse(
  await readDocument("deno.json"),
);

const COMMANDS = [
  ...[annotate, atlas, benchGpu, checkpoint, data, finetune],
  ...[gpuSetup, lab, perturb, pretrain, spatial, walkthrough],
];
/** Flags of npm and of deno itself. */
const OTHER_FLAGS = /^--(help|prefix|config|allow-\w+)$/;

function readDocument(path: string): Promise<string> {
  return Deno.readTextFile(join(ROOT, path));
}

Deno.test("GUIDE, FORMATS and GPU name only flags that a command has", () => {
  const all = COMMANDS.flatMap((command) => [command, ...command.commands]);
  const flags = new Set(all.flatMap(({ options }) => options.map(({ long }) => long ?? "")));
  const named = new Set(
    [GUIDE, FORMATS, GPU].flatMap((text) => text.match(/(?<![\w-])--[a-z][a-z-]*/g) ?? []),
  );
  assert.ok(named.size > 20);
  for (const flag of named) assert.ok(flags.has(flag) || OTHER_FLAGS.test(flag), `no command has ${flag}`);
});

Deno.test("GUIDE, FORMATS and GPU name only tasks of deno.json", () => {
  const named = [GUIDE, FORMATS, GPU].flatMap((
    text,
  ) => [...text.matchAll(/deno(?:@[\d.]+)?\s+task\s+([a-z:-]+)/g)]);
  assert.ok(named.length > 10);
  for (const [, task] of named) assert.ok(task in config.tasks, `deno.json has no task ${task}`);
});

Deno.test("GUIDE, FORMATS and GPU link to files that are there", async () => {
  for (const text of [GUIDE, FORMATS, GPU]) {
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      await Deno.stat(resolve(dirname(join(ROOT, "docs/GUIDE.md")), target));
    }
  }
});

Deno.test("every picture of the docs is below 300 KB and shown somewhere", async () => {
  const texts = await Promise.all(["README.md", "docs/GALLERY.md", "docs/PERFORMANCE.md"].map(readDocument));
  for await (const { name } of Deno.readDir(join(ROOT, "docs/images"))) {
    assert.ok((await Deno.stat(join(ROOT, "docs/images", name))).size < 300_000, name);
    assert.ok(texts.some((text) => text.includes(`images/${name}`)), `${name} is shown nowhere`);
  }
});

Deno.test("00-tour leads to every notebook", async () => {
  const tour = await readDocument("notebooks/00-tour.ipynb");
  for await (const { name } of Deno.readDir(join(ROOT, "notebooks"))) {
    if (name.endsWith(".ipynb") && name !== "00-tour.ipynb") assert.ok(tour.includes(`](${name})`), name);
  }
});

Deno.test("FORMATS names every field of a result", () => {
  for (const field of Object.keys(resultSchema.shape)) assert.ok(FORMATS.includes(`\`${field}\``), field);
});

Deno.test("CITATION.cff has the version of deno.json", async () => {
  const [, version] = /^version: "?([^"\n]+)"?$/m.exec(await readDocument("CITATION.cff")) ?? [];
  assert.equal(version, config.version);
});
