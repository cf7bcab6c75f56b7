import assert from "node:assert/strict";
import { createCommand, createProgress, EXIT, integer, oneOf } from "../../lib/cli/mod.ts";
import { dataError, usageError } from "../../lib/runtime/mod.ts";
import { capture } from "../capture.ts";

/** Runs a command whose action is `action` and collects what went to stderr. */
async function run(
  args: readonly string[],
  action: (options: Record<string, unknown>) => Promise<void> | void = () => {},
) {
  const command = createCommand("demo", "A command for tests").argument("[file]")
    .option("--mode <name>", "a choice", oneOf(["a", "b"]))
    .action(async (_file, options) => await action(options));
  const { code, errors } = await capture(command, args);
  return { code, lines: errors };
}

Deno.test("runCommand passes the common flags with their defaults to the action", async () => {
  let seen: Record<string, unknown> = {};
  const { code } = await run(["--seed", "7"], (options) => void (seen = options));
  assert.equal(code, EXIT.ok);
  assert.deepEqual(seen, { preset: "walkthrough", seed: 7 });
});

Deno.test("runCommand turns our errors into one line and an exit code", async () => {
  const data = await run([], () => {
    throw dataError("Cannot read a.h5ad:\n it has no X");
  });
  assert.deepEqual(data, { code: 1, lines: ["error: Cannot read a.h5ad: it has no X"] });
  const usage = await run([], () => {
    throw usageError("--out is missing");
  });
  assert.equal(usage.code, EXIT.usage);
});

Deno.test("runCommand answers wrong flags with one line and code 2", async () => {
  for (const args of [["--sed", "1"], ["--seed", "x"], ["--mode", "c"], ["a", "b"]]) {
    const { code, lines } = await run(args);
    assert.equal(code, EXIT.usage, args.join(" "));
    assert.equal(lines.length, 1);
    assert.doesNotMatch(lines[0], /\n/);
    assert.match(lines[0], /^error: (?!error)/);
  }
});

Deno.test("runCommand calls anything else unexpected and shows its stack only with --debug", async () => {
  const bug = () => {
    throw new TypeError("x is undefined", { cause: new Error("deep") });
  };
  const plain = await run([], bug);
  assert.deepEqual(plain.lines.length, 1);
  assert.match(plain.lines[0], /unexpected TypeError: x is undefined .*--debug/);
  const { lines } = await run(["--debug"], bug);
  assert.match(lines[1], /run_test\.ts[\s\S]*caused by Error: deep/);
});

Deno.test("runCommand answers an interrupt with 130", async () => {
  const { code } = await run([], () => {
    throw new DOMException("Stopped by Ctrl-C", "AbortError");
  });
  assert.equal(code, EXIT.interrupted);
});

Deno.test("integer refuses what is not a whole number in range", () => {
  const parse = integer({ min: 1, max: 5 });
  assert.equal(parse("3"), 3);
  for (const text of ["", "1.5", "0", "6", "two"]) {
    assert.throws(() => parse(text), /whole number from 1 to 5/);
  }
});

/** A stand-in for stderr that keeps what is written. */
function sink(terminal: boolean) {
  let text = "";
  const writeSync = (bytes: Uint8Array) => {
    text += new TextDecoder().decode(bytes);
    return bytes.length;
  };
  return { isTerminal: () => terminal, writeSync, text: () => text };
}

Deno.test("createProgress writes a line a tenth to a log and redraws in place on a terminal", () => {
  const log = sink(false);
  const bar = createProgress("Embedding", 1000, { out: log });
  for (let i = 1; i <= 1000; i++) bar.update(i);
  bar.finish();
  assert.equal(log.text().split("\n").length - 1, 11); // 0 % at the first call, then ten tenths
  assert.doesNotMatch(log.text(), /[\r█]/);

  const terminal = sink(true);
  let clock = 0;
  const drawn = createProgress("Embedding", 1000, { out: terminal, now: () => clock });
  for (let i = 1; i <= 1000; i++, clock++) drawn.update(i);
  drawn.finish();
  assert.equal(terminal.text().split("\r").length - 1, 11); // 1000 calls in 1 s, ten redraws and the last
  assert.match(terminal.text(), /1000\/1000 \n$/);
});
