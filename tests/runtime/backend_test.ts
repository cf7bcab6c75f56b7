import * as tf from "lib/tensor/mod.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import { BACKENDS, type BackendStarter, startBackend } from "../../lib/runtime/backend.ts";
import { host } from "../../lib/runtime/mod.ts";
import { isSoftware } from "../../lib/runtime/backend_webgpu.ts";
import { inFolder } from "../folder.ts";

const starts = (what: string): BackendStarter => () => Promise.resolve(what);
const fails = (reason: string): BackendStarter => () => Promise.reject(new Error(reason));

Deno.test("startBackend tries TensorFlow, WebGPU and WebAssembly in this order", async () => {
  assert.deepEqual(BACKENDS, ["tensorflow", "webgpu", "wasm"]);
  const all = { tensorflow: starts("native"), webgpu: starts("a GPU"), wasm: starts("the CPU") };
  assert.deepEqual(await startBackend("", all), { name: "tensorflow", why: "native" });
});

Deno.test("startBackend says why it passed over the better ones", async () => {
  const starters = { tensorflow: fails("not installed"), webgpu: fails("no GPU"), wasm: starts("the CPU") };
  assert.deepEqual(await startBackend("", starters), {
    name: "wasm",
    why: "the CPU; no tensorflow: not installed; no webgpu: no GPU",
  });
});

Deno.test("startBackend takes only the forced one, and says what it lacks", async () => {
  const starters = { tensorflow: fails("install it"), webgpu: starts("a GPU"), wasm: starts("the CPU") };
  assert.deepEqual(await startBackend("webgpu", starters), { name: "webgpu", why: "asked for: a GPU" });
  await assert.rejects(startBackend("tensorflow", starters), {
    tag: "backend",
    message: 'Cannot start backend "tensorflow": install it',
  });
  await assert.rejects(startBackend("cuda", starters), {
    tag: "backend",
    message: /"cuda": it is not known \(known: tensorflow, webgpu, wasm\)/,
  });
});

Deno.test("startBackend tells starters whether they are forced", async () => {
  const asked: boolean[] = [];
  const wasm: BackendStarter = ({ forced }) => Promise.resolve(asked.push(forced)).then(() => "the CPU");
  const starters = { tensorflow: fails(""), webgpu: fails(""), wasm };
  await startBackend("", starters);
  await startBackend("wasm", starters);
  assert.deepEqual(asked, [false, true]);
});

Deno.test("isSoftware knows adapters that compute on the CPU", () => {
  assert.ok(isSoftware({ description: "llvmpipe (LLVM 15.0.6, 256 bits)", isFallbackAdapter: false }));
  assert.ok(isSoftware({ description: "", isFallbackAdapter: true }));
  assert.ok(!isSoftware({ description: "NVIDIA H200", isFallbackAdapter: false }));
});

Deno.test("startBackend starts WebAssembly on every machine when it is asked to", async () => {
  assert.deepEqual(await startBackend("wasm"), { name: "wasm", why: "asked for: WebAssembly on the CPU" });
  assert.equal(tf.getBackend(), "wasm");
});

/** Runs `use` with TensorFlow looked for in a folder that holds a package of this code, or none. */
const withVendor = (code: string | null, use: () => Promise<void>) =>
  inFolder(async (folder) => {
    if (code !== null) {
      const place = join(folder, "node_modules/@tensorflow/tfjs-node");
      await Deno.mkdir(place, { recursive: true });
      await Deno.writeTextFile(join(place, "index.js"), code);
    }
    const before = Deno.env.get("KCELLFM_VENDOR");
    Deno.env.set("KCELLFM_VENDOR", folder);
    try {
      await use();
    } finally {
      if (before === undefined) Deno.env.delete("KCELLFM_VENDOR");
      else Deno.env.set("KCELLFM_VENDOR", before);
    }
  });

Deno.test("startBackend says how to install TensorFlow where it is asked for and absent", () =>
  withVendor(null, async () => {
    await assert.rejects(startBackend("tensorflow"), {
      tag: "backend",
      message: 'Cannot start backend "tensorflow": TensorFlow is not installed; run deno task gpu:setup',
    });
    await assert.rejects(host.compute.startTensorflow(Deno.env.get("KCELLFM_VENDOR")!, { forced: false }), {
      message: "not installed",
    });
  }));

Deno.test("startBackend says why an installed TensorFlow does not load", () =>
  withVendor(
    'throw new Error("libtensorflow.so.2: cannot open\\nand more")',
    () =>
      assert.rejects(startBackend("tensorflow"), {
        tag: "backend",
        message:
          /tfjs-node is installed but does not load \(libtensorflow.so.2: cannot open\); run deno task gpu:setup/,
      }),
  ));
