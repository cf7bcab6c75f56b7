import asc from "assemblyscript/asc";
import { fileURLToPath } from "node:url";

/** The two compiled forms: for any host with SIMD, and with fused multiply-adds where relaxed SIMD exists. */
export const MODULES = {
  "kernels.wasm": [],
  "kernels-relaxed.wasm": ["--enable", "relaxed-simd"],
} as const;

const FOLDER = fileURLToPath(new URL("../lib/kernels/assembly/", import.meta.url));

/** No runtime and no static data: all memory belongs to tfjs, whose limits ours must state. */
// deno-fmt-ignore
const FLAGS = [
  "-O3", "--noAssert", "--runtime", "stub", "--importMemory", "--maximumMemory", "65536",
  "--enable", "simd", "--use", "abort=",
];

/**
 * Compiles assembly/index.ts, without writing any file.
 *
 * @throws {Error} with the compiler's messages.
 */
export async function compile(name: keyof typeof MODULES): Promise<Uint8Array> {
  let binary: Uint8Array | null = null;
  const { error, stderr } = await asc.main(
    ["index.ts", "--baseDir", FOLDER, "--outFile", "out.wasm", ...FLAGS, ...MODULES[name]],
    { writeFile: (_, contents) => void (binary = contents as Uint8Array) },
  );
  if (error || !binary) throw new Error(`Cannot compile ${name}: ${error?.message ?? "no output"} ${stderr}`);
  return binary;
}

if (import.meta.main) {
  for (const name of Object.keys(MODULES) as (keyof typeof MODULES)[]) {
    const bytes = await compile(name);
    await Deno.writeFile(`${FOLDER}${name}`, bytes);
    console.log(`${name}: ${bytes.length} bytes`);
  }
}
