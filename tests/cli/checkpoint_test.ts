import assert from "node:assert/strict";
import { join } from "node:path";
import { disposeModel, loadCellCheckpoint } from "../../lib/cell/mod.ts";
import { command } from "../../lib/cli/checkpoint.ts";
import { recognise } from "../../lib/cli/checkpoint_kinds.ts";
import { encodeSafetensors, openTensors, type StoredTensor } from "../../lib/data/tensors/mod.ts";
import { capture } from "../capture.ts";
import { inFolder } from "../folder.ts";

const FIXTURES = join(import.meta.dirname!, "../fixtures");
const CHECKPOINTS = join(import.meta.dirname!, "../../checkpoints");

/** Runs `deno task checkpoint`. */
function runCheckpoint(args: string) {
  command.setOptionValue("out", undefined); // commander keeps values from one parse to the next
  return capture(command, args);
}

Deno.test("checkpoint inspect --json gives names, shapes, types and bytes, and counts tied tensors once", async () => {
  const { code, said } = await runCheckpoint(`inspect ${join(FIXTURES, "cell/original.pth")} --json`);
  const { model, form, parameters, tensors } = JSON.parse(said);
  assert.deepEqual([code, form], [0, "torch zip"]);
  assert.match(model, /^the original's cell model: 2 layers, width 32/);
  const name = "mamba_encoder.0.mamba_rev.in_proj.weight";
  const tied = tensors.find((it: { name: string }) => it.name === name);
  assert.equal(tied.tiedTo, "mamba_encoder.0.mamba_fwd.in_proj.weight");
  const total = tensors.reduce((sum: number, it: { bytes: number }) => sum + it.bytes / 4, 0);
  const twice = tensors.filter((it: { tiedTo?: string }) => it.tiedTo);
  assert.equal(twice.length, 4); // two projections in each of two layers
  assert.equal(
    parameters,
    total - twice.reduce((sum: number, it: { bytes: number }) => sum + it.bytes / 4, 0),
  );
});

Deno.test("checkpoint inspect prints a line on the whole and one on each tensor", async () => {
  const { code, said } = await runCheckpoint(`inspect ${join(FIXTURES, "torch/legacy.pth")}`);
  assert.equal(code, 0);
  assert.match(
    said,
    /legacy\.pth: torch legacy, 0\.0 MB, 27 tensors \(1 tied to another\), \d+ parameters; no model that we know\n/,
  );
  assert.match(said, /\nviews\.transposed +F32 +6 x 4 +0\.000\n/);
  assert.match(said, /\nstate\.reverse_proj\.weight +F32 +2 x 3 +0\.000 +state\.forward_proj\.weight\n/);
});

Deno.test("recognise knows our models, the original's and a BERT by their names", async () => {
  const kindOf = async (path: string) => recognise((await openTensors(path)).tensors);
  assert.match(
    `${await kindOf(join(CHECKPOINTS, "walkthrough/model.safetensors"))}`,
    /^a cell model of ours: \d+ layers/,
  );
  assert.match(
    `${await kindOf(join(CHECKPOINTS, "text-walkthrough/model.safetensors"))}`,
    /^a text encoder of ours: /,
  );
  assert.equal(
    await kindOf(join(FIXTURES, "text/tiny_bert.safetensors")),
    "a BERT: 2 layers, width 16, 30 tokens",
  );
  assert.equal(await kindOf(join(FIXTURES, "torch/zip.pth")), null);
});

Deno.test("checkpoint convert writes safetensors with the same names and numbers", () =>
  inFolder(async (folder) => {
    const [from, out] = [join(FIXTURES, "cell/original.pth"), join(folder, "model.safetensors")];
    const { code, said } = await runCheckpoint(`convert ${from} --out ${out} --dtype f16`);
    assert.equal(code, 0);
    assert.match(
      said,
      /model\.safetensors: safetensors, .* looks like the original's cell model: 2 layers, width 32/,
    );
    const [before, after] = [(await openTensors(from)).tensors, (await openTensors(out)).tensors];
    assert.deepEqual([...after.keys()], [...before.keys()].sort());
    for (const [name, tensor] of before) {
      const half = Float32Array.from(Float16Array.from(tensor.read().data));
      assert.equal(after.get(name)!.dtype, "F16");
      assert.deepEqual(after.get(name)!.read().data, half, name);
    }
  }));

Deno.test("checkpoint says in one line what is wrong", () =>
  inFolder(async (folder) => {
    const page = join(folder, "page.pth");
    await Deno.writeTextFile(page, "<html>please log in to see this file</html>");
    const [good, far] = ["zip", "int64_far"].map((name) => join(FIXTURES, `torch/${name}.pth`));
    const cases: [string, number, RegExp][] = [
      [`inspect ${join(folder, "none.pth")}`, 1, /^error: Cannot read .*none\.pth: there is no such file$/],
      [`inspect ${page}`, 1, /^error: Cannot read .*page\.pth: it begins neither as safetensors nor as what/],
      [`convert ${good}`, 2, /^error: Cannot convert .*: name the file to write, --out FILE\.safetensors$/],
      [`convert ${good} --out ${join(folder, "x.pth")}`, 2, /--out FILE\.safetensors$/],
      [`convert ${good} --out ${join(folder, "no/x.safetensors")}`, 1, /the folder .* does not exist/],
      [`convert ${good} --out x.safetensors --dtype f8`, 2, /Allowed choices are f32, f16/],
      [`convert ${far} --out ${join(folder, "x.safetensors")}`, 1, /int64 2147483648/],
    ];
    for (const [args, expected, message] of cases) {
      const { code, said } = await runCheckpoint(args);
      assert.equal(code, expected, said);
      assert.match(said, message);
      assert.equal(said.split("\n").length, 1);
    }
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["page.pth"]);
  }));

Deno.test("checkpoint convert does not unfold a small file into a large one", () =>
  inFolder(async (folder) => {
    const bomb = join(folder, "bomb.safetensors");
    const data = new Float32Array(1 << 16);
    const one = encodeSafetensors(
      new Map([["a", { dtype: "F32", shape: [data.length], data } as StoredTensor]]),
    );
    const view = new DataView(one.buffer);
    const header = JSON.parse(
      new TextDecoder().decode(one.subarray(8, 8 + Number(view.getBigUint64(0, true)))),
    );
    for (let i = 0; i < 40; i++) header[`copy${i}`] = header.a; // forty names for the same bytes
    const json = new TextEncoder().encode(JSON.stringify(header));
    const size = new Uint8Array(BigUint64Array.of(BigInt(json.length)).buffer);
    await Deno.writeFile(bomb, new Uint8Array([...size, ...json, ...new Uint8Array(data.buffer)]));
    const { code, said } = await runCheckpoint(`convert ${bomb} --out ${join(folder, "out.safetensors")}`);
    assert.equal(code, 1);
    assert.match(said, /would unfold to 10747904; no checkpoint shares its tensors so/);
  }));

Deno.test("checkpoint convert writes the original's cell model as a folder that annotate can load", async () => {
  await inFolder(async (folder) => {
    const [genes, out] = [join(folder, "genes.json"), join(folder, "model")];
    const tokens = [...Array.from({ length: 20 }, (_, i) => `GENE${i}`), "<pad>", "<cls>", "<eoc>"];
    await Deno.writeTextFile(
      genes,
      JSON.stringify(Object.fromEntries(tokens.map((token, id) => [token, id]))),
    );
    const { code, said } = await runCheckpoint(
      `convert ${join(FIXTURES, "cell/original.pth")} --genes ${genes} --out ${out}`,
    );
    assert.equal(code, 0, said);
    assert.match(said, /2 layers, width 32, 20 genes, 5 classes, no type vectors/);
    const model = await loadCellCheckpoint(out);
    assert.deepEqual([model.config.preset, model.vocabulary.symbols.at(-1)], ["paper", "GENE19"]);
    disposeModel(model);
  });
});
