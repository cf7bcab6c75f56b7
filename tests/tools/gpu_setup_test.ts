import assert from "node:assert/strict";
import { join } from "node:path";
import { tensorflowAt, tensorflowOfPython } from "tools/gpu_setup_find.ts";
import { reasonOf } from "tools/gpu_setup_run.ts";
import { ROOT, statOrNull } from "../../lib/runtime/mod.ts";
import { inFolder } from "../folder.ts";

/** What npm says where TensorFlow's host is out of reach, shortened. */
const NPM_SAYS = `npm error code 1
npm error command failed
npm error * Downloading libtensorflow
npm error       throw er; // Unhandled 'error' event
npm error Error: getaddrinfo ENOTFOUND storage.googleapis.com
npm error     at GetAddrInfoReqWrap.onlookupall (node:dns:122:26)`;

async function writeFiles(folder: string, names: string[]): Promise<void> {
  for (const name of names) {
    await Deno.mkdir(join(folder, name, ".."), { recursive: true });
    await Deno.writeTextFile(join(folder, name), "");
  }
}

Deno.test("reasonOf finds the line that says what went wrong", () => {
  const said = (stderr: string) => reasonOf({ success: false, stdout: "", stderr });
  assert.equal(said(NPM_SAYS), "Error: getaddrinfo ENOTFOUND storage.googleapis.com");
  assert.equal(
    said("make: gone\ntf.cc:3:10: fatal error: c_api.h: gone\nnoise"),
    "tf.cc:3:10: fatal error: c_api.h: gone",
  );
  assert.equal(said("first\nlast\n"), "last");
  assert.equal(said(""), "it said nothing");
});

Deno.test("tensorflowAt reads a Python package and a release of the C library", () =>
  inFolder(async (folder) => {
    const real = await Deno.realPath(folder);
    const [python, release] = [join(real, "python"), join(real, "release")];
    const header = "include/tensorflow/c/eager/c_api.h";
    await writeFiles(python, [header, "libtensorflow_cc.so.2", "libtensorflow_framework.so.2"]);
    await writeFiles(release, [header, "lib/libtensorflow.so.2", "lib/libtensorflow_framework.so.2"]);
    assert.deepEqual(tensorflowAt(python), {
      folder: python,
      include: join(python, "include"),
      library: join(python, "libtensorflow_cc.so.2"),
      framework: join(python, "libtensorflow_framework.so.2"),
    });
    assert.equal(tensorflowAt(release).library, join(release, "lib/libtensorflow.so.2"));
  }));

Deno.test("tensorflowAt and tensorflowOfPython say what is missing and what to do", () =>
  inFolder(async (folder) => {
    await writeFiles(folder, ["include/tensorflow/c/eager/c_api.h"]);
    assert.throws(() => tensorflowAt(folder), {
      tag: "file",
      message: /no libtensorflow_cc\.so\.2; expected/,
    });
    await assert.rejects(tensorflowOfPython(join(folder, "python")), {
      tag: "file",
      message: /pip install tensorflow\[and-cuda\]/,
    });
  }));

Deno.test({
  name: "deno task gpu:setup that can neither download nor build says so and leaves nothing",
  ignore: Deno.build.os === "windows", // the programs it is given are shell scripts
  fn: () =>
    inFolder(async (folder) => {
      const vendor = join(folder, "vendor");
      await writeFiles(folder, ["vendor.tmp/half/built"]); // of a run that was killed
      for (
        const [name, text] of [["npm", `cat >&2 <<'END'\n${NPM_SAYS}\nEND\nexit 1`], ["python3", "exit 1"]]
      ) {
        const path = join(folder, name);
        await Deno.writeTextFile(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
        if (name === "python3") await Deno.copyFile(path, join(folder, "python"));
      }
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-check", "-A", join(ROOT, "tools/gpu_setup.ts")],
        env: {
          PATH: `${folder}:/usr/bin:/bin`,
          KCELLFM_VENDOR: vendor,
          KCELLFM_PYTHON: join(folder, "python"),
          NO_COLOR: "1",
        },
      }).output();
      const [said, complaint] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
      assert.equal(code, 1, said + complaint);
      assert.match(said, /The download failed: Error: getaddrinfo ENOTFOUND storage\.googleapis\.com/);
      assert.match(complaint, /^error: Cannot install TensorFlow: .* deno task gpu:setup --python PATH/);
      assert.equal(complaint.split("\n").length, 1);
      assert.deepEqual([vendor, `${vendor}.tmp`].map(statOrNull), [null, null]);
    }),
});
