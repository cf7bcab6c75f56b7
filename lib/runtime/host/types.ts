// @ts-types="@types/jsdom"
import type { DOMWindow } from "jsdom";
import type { Blas } from "./blas.ts";
import type { Files } from "./files.ts";

/**
 * All that this product asks of the machine it runs on. `mod.ts` names the form in use; nothing else in the rooms up to
 * `annotate` knows a platform.
 */
export interface Host {
  /** The runtime with its version, for results: `{ deno: "2.9.6" }`. */
  readonly versions: Readonly<Record<string, string>>;
  /** The folder that our own files lie in: `lib`, `checkpoints`, `data`. */
  readonly root: string;
  readonly files: Files;
  readonly paths: Paths;
  readonly compression: Compression;
  /** A variable of the environment. */
  env(name: string): string | undefined;
  /** Most memory that this process had so far, in bytes; null where nobody says. */
  peakMemory(): number | null;
  /** Lets everything happen that waits: messages, timers, signals. */
  turn(): Promise<void>;
  /** Calls `listener` when the user interrupts; returns how to stop listening. */
  onInterrupt(listener: () => void): () => void;
  /** Starts the module at a path below {@linkcode Host.root} as a worker. */
  startWorker(module: string, name: string): Worker;
  /** A SHA-256 that is fed piece by piece. */
  createHash(): Hash;
  /** Unpacks a `.tar.gz` into a folder; stops at the first member that `accept` refuses. */
  unpackTar(archive: string, folder: string, accept: (member: TarMember) => boolean): Promise<void>;
  readonly compute: Compute;
  /** plotly.js on a page of its own, which `prepare` is shown before plotly starts. */
  startPlotly(prepare: (window: PlotlyWindow) => void): Promise<Plotly>;
}

/** Facts of the machine that backends need. */
export interface Compute {
  /** Opens the native BLAS of that path, or the usual one; "off" is none. */
  openBlas(path?: string): Blas;
  /** Loads TensorFlow from a folder of packages and says what it is; with `forced` also without a GPU. */
  startTensorflow(vendor: string, options: { readonly forced: boolean }): Promise<string>;
  /** Why an adapter for WebGPU should not be asked for unless the user insists; null where nothing speaks against it. */
  whyNoWebgpu(): string | null;
  /** Registers the WebGPU backend. */
  registerWebgpu(): Promise<void>;
  /** Threads that can share memory and compute at once; 1 where memory cannot be shared. */
  readonly threads: number;
  /** Starts a module at a path below {@linkcode Host.root} as a thread that does not keep the process alive. */
  startHelper(module: string, data: unknown): void;
  /** The data that {@linkcode startHelper} gave to this thread. */
  helperData(): unknown;
  /** The bytes of one of TensorFlow.js's own wasm modules, asked for where `threads` is more than 1. */
  tensorflowWasm(name: string): Uint8Array;
  /** The folder or address that TensorFlow.js's own wasm modules lie in; null where it knows. */
  readonly wasmFolder: string | null;
}

/** The system's rules for paths. */
export interface Paths {
  basename(path: string, suffix?: string): string;
  dirname(path: string): string;
  extname(path: string): string;
  join(...parts: string[]): string;
  relative(from: string, to: string): string;
  resolve(...parts: string[]): string;
  fromUrl(url: URL): string;
  toUrl(path: string): URL;
}

/** Deflate in its three wrappings. */
export interface Compression {
  /**
   * Unpacks at once.
   *
   * @throws {RangeError} when more than `most` bytes come out.
   * @throws {Error} when the data are damaged or end too early.
   */
  unpack(bytes: Uint8Array, options: Unpacking): Uint8Array<ArrayBuffer>;
  /** Unpacks piece by piece; of gzip all members that follow each other. */
  inflate(pieces: AsyncIterable<Uint8Array>, form: Wrapping): AsyncIterable<Uint8Array>;
  /** Packs as gzip at once; the level is 0 to 9. */
  pack(bytes: Uint8Array, level: number): Uint8Array<ArrayBuffer>;
  /** Packs as gzip piece by piece. */
  gzip(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

/** The wrapping of deflated data. */
export type Wrapping = "zlib" | "gzip" | "raw";

export interface Unpacking {
  readonly form: Wrapping;
  readonly most: number;
}

export interface Hash {
  update(bytes: Uint8Array): void;
  /** Hexadecimal. */
  digest(): string;
}

export interface TarMember {
  readonly name: string;
  readonly bytes: number;
  readonly kind: "file" | "folder" | "other";
}

/** The one function of plotly.js that pictures need. */
export interface Plotly {
  toImage(figure: object, options: Record<string, unknown>): Promise<string>;
}

/** The page that plotly.js draws on. */
export type PlotlyWindow = DOMWindow;
