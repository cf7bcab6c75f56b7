import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { openTensors } from "../../../lib/data/tensors/mod.ts";
import { KcellfmError } from "../../../lib/runtime/mod.ts";

const FIXTURES = join(import.meta.dirname!, "../../fixtures");

for (const name of ["torch/zip.pth", "torch/legacy.pth", "text/tiny_bert.safetensors"]) {
  Deno.test(`openTensors of ${name} with bytes changed reads on or refuses it with a tagged error`, async () => {
    const whole = Deno.readFileSync(join(FIXTURES, name));
    const path = await Deno.makeTempFile();
    const at = fc.oneof(fc.nat(whole.length - 1), fc.nat(3000), fc.nat(700).map((n) => whole.length - 1 - n)); // ends matter most
    const changes = fc.array(fc.tuple(at, fc.nat(255)), { minLength: 1, maxLength: 6 });
    let refused = 0;
    const check = async (them: readonly (readonly [number, number])[]) => {
      const content = whole.slice();
      for (const [position, byte] of them) content[position] = byte;
      Deno.writeFileSync(path, content);
      try {
        for (const tensor of (await openTensors(path)).tensors.values()) tensor.read();
      } catch (error) {
        assert.ok(error instanceof KcellfmError, String(error));
        refused++;
      }
    };
    await fc.assert(fc.asyncProperty(changes, check), { numRuns: 150, seed: 4 });
    assert.ok(refused > 20, `${refused} were refused`); // else the changes hit nothing
    await Deno.remove(path);
  });
}
