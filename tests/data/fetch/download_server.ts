import { createHash } from "node:crypto";
import type { Dataset } from "../../../lib/data/fetch/registry.ts";

/** One answer of the test server to one request for the file. */
export type Answer = (request: Request) => Response;

/** A file server on 127.0.0.1 that misbehaves as told: answer i goes to request i, the last one to all later ones. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: { readonly range: string | null; readonly ifRange: string | null }[];
}

export function serve(...answers: Answer[]): TestServer {
  const requests: { range: string | null; ifRange: string | null }[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {}, onError }, (request) => {
    requests.push({ range: request.headers.get("range"), ifRange: request.headers.get("if-range") });
    return answers[Math.min(requests.length, answers.length) - 1](request);
  });
  const url = `http://127.0.0.1:${server.addr.port}/file.bin`;
  return { url, requests, [Symbol.asyncDispose]: () => server.shutdown() };
}

const onError = () => new Response("broken", { status: 500 });

/** The whole file, honouring Range and If-Range unless told not to. */
export function whole(content: Uint8Array<ArrayBuffer>, { etag = '"v1"', ranges = true } = {}): Answer {
  return (request) => {
    const range = ranges ? /^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "") : null;
    const start = range && request.headers.get("if-range") === etag ? Number(range[1]) : 0;
    if (start === 0) return new Response(content, { headers: { etag } });
    if (start >= content.length) return new Response(null, { status: 416 });
    const headers = { etag, "content-range": `bytes ${start}-${content.length - 1}/${content.length}` };
    return new Response(content.slice(start), { status: 206, headers });
  };
}

/** Announces the whole file, sends `upTo` bytes of it, and breaks the connection. */
export function cutAt(content: Uint8Array<ArrayBuffer>, upTo: number, etag = '"v1"'): Answer {
  return () => {
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(content.slice(0, upTo));
        await new Promise((resolve) => setTimeout(resolve, 150)); // let the piece reach the client first
        controller.error(new Error("cut"));
      },
    });
    return new Response(body, { headers: { etag, "content-length": String(content.length) } });
  };
}

/** Sends `upTo` bytes and then keeps the connection open without a word. */
export function silentAt(content: Uint8Array<ArrayBuffer>, upTo: number, etag = '"v1"'): Answer {
  const body = () => new ReadableStream({ start: (to) => to.enqueue(content.slice(0, upTo)) });
  return () => new Response(body(), { headers: { etag } });
}

export const status = (code: number): Answer => () => new Response("no", { status: code });

/** `size` bytes that no two positions share by accident. */
export function bytesOf(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8) * 7 + seed * 101) & 255);
}

export const sha256 = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** A registry entry for `content` served at `url`. */
export function entryFor(
  content: Uint8Array,
  url: string | undefined,
  extra: Partial<Dataset> = {},
): Dataset {
  return {
    name: "thing",
    path: "things/file.bin",
    what: "a test file",
    use: "tests",
    licence: "CC0",
    origin: "here",
    bytes: content.length,
    sha256: sha256(content),
    ...(url === undefined ? { mirrorOnly: true } : { url }),
    ...extra,
  };
}
