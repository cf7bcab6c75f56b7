export { host } from "./deno/mod.ts"; // a bundle for browsers takes "./browser/mod.ts" in its place
export type { Blas, Gemm } from "./blas.ts";
export type { ByteSource, ByteTarget, FileFacts, Files } from "./files.ts";
export type { Compression, Hash, Host, Plotly, PlotlyWindow, TarMember } from "./types.ts";
