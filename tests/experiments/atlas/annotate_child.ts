/** Run by stream_test.ts, which kills it: names the cells of a folder of shards slowly and says what it does. */
import { startBackend } from "../../../lib/runtime/mod.ts";
import { annotateFolder } from "./fixture.ts";

const [shards, answers] = Deno.args;
await startBackend();
await annotateFolder(shards, answers, {
  onProgress: ({ shard }) => {
    console.log(shard);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150); // time to be killed in
  },
});
