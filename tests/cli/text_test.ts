import assert from "node:assert/strict";
import { join } from "node:path";
import { EXIT } from "../../lib/cli/mod.ts";
import { command } from "../../lib/cli/text.ts";
import { loadTextCheckpoint } from "../../lib/text/mod.ts";
import { capture } from "../capture.ts";
import { inFolder } from "../folder.ts";
import { closeTo, FIXTURE, golden } from "../text/pubmedbert.ts";
import { rowAt } from "../../lib/matrix/mod.ts";

/** Runs the command with an empty cache and mirror, results going to a temporary folder. */
const withCommand = (
  test: (run: (args: string) => ReturnType<typeof capture>, folder: string) => Promise<void>,
): Promise<void> =>
  inFolder((folder) => {
    const [results, cache] = [join(folder, "results"), join(folder, "cache")];
    const places = { KCELLFM_RESULTS: results, KCELLFM_CACHE: cache, KCELLFM_MIRROR: "" };
    return test((args) => capture(command, args, places), folder);
  });

const TUNED = join(FIXTURE, "finetune_bert.pth");

Deno.test("deno task text embeds every term with weights that are tuned already", () =>
  withCommand(async (run, folder) => {
    const out = join(folder, "tuned");
    const { code, said } = await run(`--preset paper --weights ${TUNED} --out ${out}`);
    assert.equal(code, 0, said);
    assert.match(said, /The weights are tuned already: nothing is trained or scored/);
    const { types, made, model } = await loadTextCheckpoint(out);
    assert.equal((made.weights as { file: string }).file, "finetune_bert.pth");
    const row = types.names.indexOf("T cell");
    // half precision has 11 bits: values below 8 are off by at most 2^-9
    closeTo(rowAt(types, row), golden.vectors.slice(0, 24), 2 ** -8);
    model.dispose();
  }));

Deno.test("deno task text tunes a folder's BERT on a file of triples, after saying what it takes", () =>
  withCommand(async (run, folder) => {
    const [out, facts] = [join(folder, "mine"), join(folder, "facts.txt")];
    const names = "T cell,B cell,neuron,memory T cell,stem cell,cell,tcm,beta cell,alpha cell".split(",");
    const lines = names.flatMap((a) => names.flatMap((b) => a === b ? [] : [`${a} is_a ${b}`]));
    await Deno.writeTextFile(facts, [...lines, "a synapsed by b"].join("\n"));
    const what = `--preset paper --weights ${FIXTURE} --triples ${facts} --epochs 1`;
    const { code, said } = await run(`${what} --checkpoint-only --out ${out}`);
    assert.equal(code, 0, said);
    assert.match(said, /72 triples, 1 lines without a relation skipped/);
    assert.match(said, /at most about [\d.]+ GB of memory and, as busy as this machine is now/);
    const { types, made, model } = await loadTextCheckpoint(out);
    assert.deepEqual([types.cols, (made.triples as { file: string }).file], [512, "facts.txt"]);
    model.dispose();
    assert.deepEqual(
      [...Deno.readDirSync(join(folder, "results/runs"))],
      [],
      "a finished run leaves no state",
    );
  }));

Deno.test("deno task text says which weights are missing, from where, and where to put them", () =>
  withCommand(async (run, folder) => {
    const nowhere = await run(`--preset paper --weights ${join(folder, "nowhere")}`);
    assert.match(nowhere.said, /nowhere as weights: there is no such file or folder$/);
    const empty = await run(`--preset paper --weights ${folder}`);
    assert.match(empty.said, /has none of model\.safetensors, pytorch_model\.bin, finetune_bert\.pth$/);
    const nano = await run(`--preset nano --weights ${TUNED}`);
    assert.equal(nano.code, EXIT.usage);
    assert.match(nano.said, /--weights goes with --preset paper$/);
  }));

Deno.test("deno task text refuses ablations where nothing can be left out or nothing is scored", () =>
  withCommand(async (run) => {
    const paper = await run(`--preset paper --weights ${FIXTURE} --ablations`);
    assert.equal(paper.code, EXIT.usage);
    assert.match(
      paper.said,
      /^error: Cannot run --ablations at preset paper: its loss has one part \(relation\)/m,
    );
    const unscored = await run("--preset nano --ablations --checkpoint-only");
    assert.match(unscored.said, /Cannot run --ablations with --checkpoint-only/);
  }));
