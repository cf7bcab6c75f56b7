import assert from "node:assert/strict";
import { installCommand, openBlas } from "../../lib/runtime/host/deno/blas.ts";
import { betterCore } from "../../lib/runtime/host/deno/openblas_core.ts";

Deno.test("installCommand names one command for the package manager that is here", () => {
  const only = (manager: string) => (program: string) => program === manager;
  assert.equal(installCommand("linux", only("apt-get")), "sudo apt-get install libopenblas0");
  assert.equal(installCommand("linux", only("dnf")), "sudo dnf install openblas");
  assert.equal(installCommand("linux", only("apk")), "sudo apk add openblas");
  assert.equal(installCommand("linux", () => false), undefined);
  assert.match(installCommand("windows", () => false)!, /^conda install .*openblas.*KCELLFM_BLAS=/);
});

Deno.test("betterCore tells an OpenBLAS that takes a new processor for an old one what it can do", () => {
  const avx512 = ["avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"];
  const flags = (...names: string[]) => new Set(["sse2", ...names]);
  assert.equal(betterCore("Prescott", flags("avx2", "fma", ...avx512)), "SkylakeX");
  assert.equal(betterCore("Prescott", flags("avx2", "fma", "avx512f")), "Haswell");
  assert.equal(betterCore("Nehalem", flags()), null);
  assert.equal(betterCore("Zen", flags("avx2", "fma")), null);
  assert.equal(betterCore("SkylakeX", flags("avx2", "fma", ...avx512)), null);
});

Deno.test("openBlas gives advice only where nothing was found, not where it was switched off", () => {
  assert.deepEqual([openBlas("off").name, openBlas("off").advice], ["off", undefined]);
});
