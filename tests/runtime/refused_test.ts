import assert from "node:assert/strict";
import { join } from "node:path";
import { ROOT } from "../../lib/runtime/mod.ts";
import { inFolder } from "../folder.ts";

/** A way in which the system refuses to write. */
interface Refusal {
  readonly what: string;
  /** What a shell does before the writing process starts, in place of `"$@"`. */
  readonly start: string;
  /** What makes writing impossible, in the folder. */
  readonly refuse: string;
  readonly says: RegExp;
  /** Bytes of what is written then. */
  readonly bytes: number;
}

const SMALL_DISK = 'mount -t tmpfs -o size=1m tmpfs "$FOLDER" && exec "$@"';

const REFUSALS: readonly Refusal[] = [
  {
    what: "a full disk",
    start: SMALL_DISK,
    refuse: "dd if=/dev/zero of=fill bs=1k",
    says: /^Cannot write .*: the disk is full; free some space or /,
    bytes: 40_000,
  },
  {
    what: "a file system that can only be read",
    start: SMALL_DISK,
    refuse: 'mount -o remount,ro "$PWD"',
    says: /^Cannot write .*: the file system can only be read; /,
    bytes: 4000,
  },
  {
    what: "a folder that may not be written to",
    start: 'exec setpriv --bounding-set=-dac_override --inh-caps=-dac_override -- "$@"', // which binds root too
    refuse: "find . -type d -exec chmod a-w {} +",
    says: /^Cannot write .*: its folder may not be written to; ask who owns it or /,
    bytes: 4000,
  },
  {
    what: "a limit on the size of files",
    start: 'trap "" XFSZ; ulimit -f 64; exec "$@"',
    refuse: "true",
    says: /^Cannot write .*: files may not be so large here \(by the disk\'s format or ulimit -f\); /,
    bytes: 200_000,
  },
];

/** Own mounts need a namespace of one's own, which not every machine grants. */
const hasNamespaces = Deno.build.os === "linux" &&
  new Deno.Command("unshare", { args: ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"] }).outputSync()
    .success;

for (const { what, start, refuse, says, bytes } of REFUSALS) {
  Deno.test({
    name: `every kind of file says ${what} in one line, and keeps what was there`,
    ignore: !hasNamespaces,
    fn: () =>
      inFolder(async (folder) => {
        const lines = await writeRefused(folder, { start, refuse, bytes });
        const { left } = lines.pop()!;
        assert.equal(lines.length, 6);
        for (const { what, kept, said } of lines) {
          assert.match(said, says, what);
          assert.match(said, /set KCELLFM_CACHE to another folder$/, what);
          assert.ok(kept, `${what}: the file before is gone`);
        }
        assert.deepEqual(left, []);
        new Deno.Command("chmod", { args: ["-R", "u+w", folder] }).outputSync();
      }),
  });
}

/** What the child says of each kind of file, then of the folder. */
async function writeRefused(
  folder: string,
  { start, refuse, bytes }: Pick<Refusal, "start" | "refuse" | "bytes">,
) {
  const flags = ["read", "write", "env", "sys", "ffi", "run", "net=127.0.0.1"].map((name) =>
    `--allow-${name}`
  );
  const script = join(ROOT, "tests/runtime/refused_child.ts");
  const child = [Deno.execPath(), "run", "--no-check", ...flags, script, folder, refuse, `${bytes}`];
  const { stdout, stderr } = await new Deno.Command("unshare", {
    args: ["-rm", "bash", "-c", start, "bash", ...child],
    env: { FOLDER: folder, KCELLFM_CACHE: folder },
  }).output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n").filter((line) => line.startsWith("{"));
  assert.ok(lines.length > 0, new TextDecoder().decode(stderr));
  return lines.map((line) => JSON.parse(line));
}
