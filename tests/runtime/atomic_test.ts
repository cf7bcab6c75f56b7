import assert from "node:assert/strict";
import { join } from "node:path";
import { writeAtomically, writeFileAtomically } from "../../lib/runtime/mod.ts";
import { inFolder } from "../folder.ts";

const names = (folder: string) => Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();

Deno.test("writeAtomically keeps the old file, and nothing else, when writing fails", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.txt");
    await writeFileAtomically(path, "old");
    const half = async (temporary: string) => {
      await Deno.writeTextFile(temporary, "ne");
      throw new Error("stopped");
    };
    await assert.rejects(writeAtomically(path, half), /stopped/);
    assert.deepEqual([Deno.readTextFileSync(path), names(folder)], ["old", ["a.txt"]]);
  }));

Deno.test({
  name: "writeAtomically says in one line that the disk is full",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (folder) => {
      const path = JSON.stringify(join(folder, "a.txt"));
      // Linux's own full disk; Deno opens devices only with every permission, so in a process of its own
      const code = `import { writeAtomically } from "${import.meta.resolve("lib/runtime/atomic.ts")}";
        const problem = await writeAtomically(${path}, () => Deno.writeTextFile("/dev/full", "x")).catch((e) => e);
        console.log(problem.tag, problem.message);`;
      const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", code] }).output();
      assert.match(
        new TextDecoder().decode(stdout),
        /^file Cannot write .*a\.txt: the disk is full; free some space.*\n$/,
      );
      assert.deepEqual(names(folder), []);
    }),
});
