import { CommanderError } from "commander";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { abortOnInterrupt, KcellfmError, messageOf } from "../runtime/mod.ts";

/** Exit codes of every command: 2 for a wrong call, 1 for anything else that fails, 130 after Ctrl-C. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/**
 * Parses `args`, runs the command's action and answers with the exit code. Whatever goes wrong becomes one
 * line on stderr (with `--debug`, the stack too); only `main` of a task turns the code into an exit:
 * `if (import.meta.main) Deno.exit(await runCommand(command, Deno.args))`.
 */
export async function runCommand(command: CommandUnknownOpts, args: readonly string[]): Promise<number> {
  try {
    await command.parseAsync(args, { from: "user" });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    console.error(`error: ${lineOf(error)}`);
    if (args.includes("--debug")) console.error(stackOf(error));
    return exitCodeOf(error);
  }
}

/** A signal that aborts at the first Ctrl-C, so that a task can stop between two steps and tidy up; a second Ctrl-C ends it. */
export const interruptSignal = (): AbortSignal => abortOnInterrupt("Stopped by Ctrl-C");

function lineOf(error: unknown): string {
  const message = messageOf(error).replaceAll(/\s*\n\s*/g, " ").trim();
  if (error instanceof CommanderError) return `${message.replace(/^error: /, "")} (--help lists the flags)`;
  if (error instanceof KcellfmError || isAbort(error)) return message;
  if (error instanceof Deno.errors.NotCapable) {
    return `Cannot go on: ${
      message.replace(/, run again.*$/, "")
    }, which this task is not allowed (docs/SECURITY.md says what each may do, and how to allow more)`;
  }
  return `unexpected ${
    error instanceof Error ? error.name : "error"
  }: ${message} (run again with --debug for the stack)`;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return EXIT.usage;
  if (error instanceof KcellfmError && error.tag === "usage") return EXIT.usage;
  return isAbort(error) ? EXIT.interrupted : EXIT.failed;
}

const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === "AbortError";

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const cause = error.cause === undefined ? "" : `\ncaused by ${stackOf(error.cause) || String(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
