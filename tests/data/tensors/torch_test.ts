import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type LazyTensor,
  openTensors,
  readSafetensors,
  readTorchCheckpoint,
  writeTensors,
} from "../../../lib/data/tensors/mod.ts";

const FIXTURES = join(import.meta.dirname!, "../../fixtures/torch");
const golden: {
  versions: Record<string, string>;
  tensors: Record<string, { shape: number[]; data: (number | boolean)[] }>;
} = JSON.parse(Deno.readTextFileSync(join(FIXTURES, "torch.json")));

for (const form of ["zip", "legacy"] as const) {
  Deno.test(`readTorchCheckpoint reads what PyTorch ${golden.versions.torch} saves in the ${form} form`, async () => {
    const checkpoint = await readTorchCheckpoint(join(FIXTURES, `${form}.pth`));
    const tensors = checkpoint.flatten();
    assert.equal(checkpoint.form, `torch ${form}`);
    assert.deepEqual([...tensors.keys()], Object.keys(golden.tensors));
    for (const [name, { shape, data }] of Object.entries(golden.tensors)) {
      const tensor = tensors.get(name)!;
      assert.deepEqual(tensor.shape, shape, name);
      const expected = tensor.dtype === "F64" ? data.map((x) => Math.fround(Number(x))) : data; // we compute in float32
      assert.deepEqual([...tensor.read().data], expected, name);
    }
  });

  Deno.test(`readTorchCheckpoint keeps the ${form} form's plain values, and drops attributes of a state dict`, async () => {
    const { root } = await readTorchCheckpoint(join(FIXTURES, `${form}.pth`));
    const { plain, size, dtype, state } = root as Record<string, Record<string, unknown>>;
    assert.deepEqual(plain, {
      7: "seven",
      epoch: 3,
      loss: 0.125,
      name: "tiny",
      done: true,
      none: null,
      big: 2n ** 70n,
    });
    assert.deepEqual([size, dtype], [[2, 3], "torch.float16"]);
    assert.ok(!("_metadata" in state));
  });

  Deno.test(`readTorchCheckpoint of the ${form} form sees which tensors are tied`, async () => {
    const tensors = (await readTorchCheckpoint(join(FIXTURES, `${form}.pth`))).flatten();
    const placeOf = (name: string) => tensors.get(name)!.place;
    assert.equal(placeOf("state.reverse_proj.weight"), placeOf("state.forward_proj.weight"));
    assert.notEqual(placeOf("views.transposed"), placeOf("views.table")); // one storage, but other elements
  });
}

Deno.test("LazyTensor.read refuses an int64 that needs more than 32 bits", async () => {
  const far = (await openTensors(join(FIXTURES, "int64_far.pth"))).tensors.get("far")!;
  assert.equal(far.dtype, "I64");
  assert.throws(() => far.read(), { tag: "data", message: /int64 2147483648 does not fit 32 bits/ });
});

Deno.test("writeTensors turns a checkpoint of PyTorch into safetensors that openTensors and readSafetensors read", async () => {
  const folder = await Deno.makeTempDir();
  const out = join(folder, "out.safetensors");
  const { tensors } = await openTensors(join(FIXTURES, "zip.pth"));
  await writeTensors(out, tensors, { metadata: { from: "zip.pth" } });
  const again = await openTensors(out);
  assert.deepEqual([again.form, again.metadata], ["safetensors", { from: "zip.pth" }]);
  assert.deepEqual(values(again.tensors), values(tensors));
  assert.deepEqual(readSafetensors(out).tensors, readAll(again.tensors));
  assert.deepEqual(
    ["half", "bfloat16", "double", "int64", "int8", "bool"].map((name) =>
      again.tensors.get(`dtypes.${name}`)!.dtype
    ),
    ["F16", "F32", "F32", "I32", "I32", "BOOL"],
  );
  await writeTensors(out, tensors, { dtype: "F16" });
  const half = (await openTensors(out)).tensors;
  assert.equal(half.get("views.table")!.dtype, "F16");
  assert.equal(half.get("dtypes.int64")!.dtype, "I32"); // only floats follow the dtype
  assert.deepEqual(half.get("dtypes.bfloat16")!.read().data[2], Infinity); // 1e30 is beyond half precision
  await Deno.remove(folder, { recursive: true });
});

const readAll = (tensors: ReadonlyMap<string, LazyTensor>) =>
  new Map([...tensors].map(([name, tensor]) => [name, tensor.read()]));

/** Shape and numbers by name; names sorted, as safetensors has them. */
function values(tensors: ReadonlyMap<string, LazyTensor>) {
  const read = [...readAll(tensors)].map(([name, { shape, data }]) => [name, shape, [...data]] as const);
  return read.sort(([a], [b]) => a < b ? -1 : 1);
}
