import { messageOf } from "../lib/runtime/mod.ts";

/** How a program ended, with what it wrote. */
export interface Ended {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end without showing what it writes; one that cannot be started has failed. */
export async function runQuietly(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Ended> {
  const decoder = new TextDecoder();
  try {
    const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args], ...options })
      .output();
    return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } catch (error) {
    return { success: false, stdout: "", stderr: `${program}: ${messageOf(error)}` };
  }
}

/** How programs begin the line that says what went wrong: npm, Node, Python, compilers, Deno. */
const TELLING = /^(\w*Error|error):|^Cannot |: (fatal )?error:|failed, reason|not found|No such file/i;

/** The line of a program's complaints that says most, else its last. */
export function reasonOf({ stdout, stderr }: Ended): string {
  const lines = `${stdout}\n${stderr}`.split("\n")
    .map((line) => line.replace(/^(npm|gyp) (error|ERR!) ?/i, "").trim())
    .filter((line) => line !== "");
  return lines.find((line) => TELLING.test(line)) ?? lines.at(-1) ?? "it said nothing";
}
