import { join } from "node:path";
import { annotateFile } from "../../lib/annotate/mod.ts";
import { loadCellCheckpoint } from "../../lib/cell/mod.ts";
import { checkpointsDir, KcellfmError, startBackend } from "../../lib/runtime/mod.ts";

/** `web_answers.ts OUT PATH...`: writes the table of each file to OUT, and prints null or the line that refuses it as JSON. */
const [out, ...paths] = Deno.args;
await startBackend("wasm");
const model = await loadCellCheckpoint(join(checkpointsDir(), "walkthrough"));
for (const [i, path] of paths.entries()) {
  const line = await annotateFile(path, { model, out: join(out, `${i}.tsv`) }).then(() => null, lineOf);
  console.log(JSON.stringify(line));
}

function lineOf(error: unknown): string {
  if (error instanceof KcellfmError) return error.message;
  throw error;
}
