import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { describeEngine } from "../../lib/kernels/mod.ts";
import { startBackend } from "../../lib/runtime/mod.ts";

/** The tests of what an operator computes, which hold however it is computed. */
const FILES = ["dropout_test.ts", "fast_test.ts", "golden_test.ts", "scan_test.ts"];

/** What can be missing on a machine, switched off one at a time; this process has all that there is. */
const MODES = { "without a native BLAS": "KCELLFM_BLAS", "without relaxed SIMD": "KCELLFM_RELAXED_SIMD" };

for (const [mode, variable] of Object.entries(MODES)) {
  Deno.test(`operators pass their tests ${mode}`, async () => {
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ..."test --no-check --allow-read --allow-env --allow-ffi --allow-sys".split(" "),
        ...FILES.map((file) => fileURLToPath(new URL(file, import.meta.url))),
      ],
      env: { [variable]: "off", NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(stdout);
    assert.ok(success, text + new TextDecoder().decode(stderr));
    const [, passed] = /ok \| (\d+) passed/.exec(text) ?? [];
    assert.ok(Number(passed) > 40, `${passed} tests passed`); // all of the files, not an empty run
  });
}

Deno.test("describeEngine says which mode runs", async () => {
  await startBackend("wasm");
  const { blas, relaxedSimd } = describeEngine();
  const off = (variable: string) => Deno.env.get(variable) === "off";
  assert.equal(blas === "off", off("KCELLFM_BLAS"));
  assert.ok(!(relaxedSimd && off("KCELLFM_RELAXED_SIMD")));
});
