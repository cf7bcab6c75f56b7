import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createRng } from "../../lib/runtime/mod.ts";
import { create } from "tar";
import { type Answer, entryFor, serve, whole } from "../data/fetch/download_server.ts";
import { emptyFolder, hashesOf, noneOf, type Outcome, requireOldOrNew, type Victim } from "./suite.ts";

/** Pieces that the server sends a file in, and the time between two of them. */
const [PIECE, PAUSE_MS] = [1 << 16, 25];
const MEMBERS = ["0.bin", "1.bin", "2.bin"];

/** The download of an archive from a slow server of our own, and its unpacking. */
export async function download(folder: string): Promise<Victim> {
  const archive = await makeArchive(folder);
  const server = serve(slowly(archive));
  const place = join(folder, "place");
  const entry = entryFor(archive, server.url, { path: "set.tar.gz", opens: MEMBERS[0] });
  const members = Object.fromEntries(MEMBERS.map((name) => [name, join(place, "set", name)]));
  const files = { archive: join(place, "set.tar.gz"), ...members };
  const outcome = () => Promise.resolve(hashesOf(files));
  const before = noneOf(Object.keys(files));
  return {
    name: "download",
    job: {
      task: "data",
      script: "tests/data/fetch/download_child.ts",
      args: [place, JSON.stringify(entry)],
      env: {},
      folder: place,
    },
    reset: () => emptyFolder(place),
    async outcome() {
      const found = await outcome();
      assert.equal(found.archive, entry.sha256, "the file is not the one that the server has");
      return found;
    },
    async inspect(expected: Outcome) {
      const found = await outcome();
      requireOldOrNew(found, { expected, before });
      const there = MEMBERS.filter((name) => found[name] !== "none").length;
      assert.ok(there === 0 || there === MEMBERS.length, `${there} of ${MEMBERS.length} files are unpacked`);
      if (there > 0) return "the file, unpacked";
      return found.archive === "none" ? "a part or nothing" : "the file";
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Files that hardly shrink, so that the archive takes a second to send. */
async function makeArchive(folder: string): Promise<Uint8Array<ArrayBuffer>> {
  const content = createRng("archive");
  for (const name of MEMBERS) {
    Deno.writeFileSync(join(folder, name), Uint8Array.from({ length: 700_000 }, () => content.int(256)));
  }
  const file = join(folder, "served.tar.gz");
  await create({ file, cwd: folder, gzip: true }, MEMBERS);
  return Deno.readFileSync(file);
}

/** The file or the rest of it, piece by piece. */
function slowly(content: Uint8Array<ArrayBuffer>): Answer {
  const answer = whole(content);
  return (request) => {
    const { body, status, headers } = answer(request);
    const slow = new TransformStream<Uint8Array, Uint8Array>({
      async transform(bytes, controller) {
        for (let at = 0; at < bytes.length; at += PIECE) {
          await delay(PAUSE_MS);
          controller.enqueue(bytes.subarray(at, at + PIECE));
        }
      },
    });
    return new Response(body?.pipeThrough(slow), { status, headers });
  };
}
