import assert from "node:assert/strict";
import { join } from "node:path";
import { openTensors, readTorchCheckpoint } from "../../../lib/data/tensors/mod.ts";
import { concat, farZip64, makeZip, type Member, uint32 } from "../fetch/make_zip.ts";

const FIXTURES = join(import.meta.dirname!, "../../fixtures/torch");

type Piece = string | number[];

/** Bytes of a pickle: text as latin-1, numbers as they are. */
const bytes = (...pieces: Piece[]): Uint8Array =>
  Uint8Array.from(pieces.flatMap((it) => typeof it === "string" ? [...it].map((c) => c.charCodeAt(0)) : it));

const text = (value: string): Piece[] => ["X", uint32(value.length), value];
const integer = (
  value: number,
): Piece[] => ["\x8a\x08", [...new Uint8Array(BigInt64Array.of(BigInt(value)).buffer)]];
const tuple = (items: Piece[][]): Piece[] => ["(", ...items.flat(), "t"];

/** `torch._utils._rebuild_tensor_v2` of storage "0", a FloatStorage of so many elements. */
function tensor({ elements = 4, offset = 0, shape = [4], strides = [1] }): Piece[] {
  const id = tuple([text("storage"), ["ctorch\nFloatStorage\n"], text("0"), text("cpu"), integer(elements)]);
  const args = [[...id, "Q"], integer(offset), tuple(shape.map(integer)), tuple(strides.map(integer))];
  return ["ctorch._utils\n_rebuild_tensor_v2\n", ...tuple([...args, ["\x89"], ["}"]]), "R"];
}

const torchZip = (
  pickle: Uint8Array,
  more: readonly Member[] = [{ name: "a/data/0", data: new Uint8Array(16) }],
) => makeZip([{ name: "a/data.pkl", data: pickle }, ...more]);

/** Writes a file, and asserts that it is refused with one line that matches, in reasonable time and memory. */
async function refused(content: Uint8Array, message: RegExp, tag = "file"): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".pth" });
  try {
    await Deno.writeFile(path, content);
    await assert.rejects(openTensors(path), (error: Error & { tag: string }) => {
      assert.match(error.message, message);
      assert.equal(error.tag, tag);
      assert.ok(!error.message.includes("\n") && error.message.length < 600, error.message);
      return true;
    });
  } finally {
    await Deno.remove(path);
  }
}

const refusedPickle = (pieces: Piece[], message: RegExp) => refused(torchZip(bytes(...pieces)), message);

Deno.test("readTorchCheckpoint refuses by name whatever a pickle would call, and calls nothing", async () => {
  const folder = await Deno.makeTempDir();
  const mark = join(folder, "executed");
  const command = text(`touch ${mark}`);
  const ways: [Piece[], string][] = [
    [["\x80\x02cos\nsystem\n", ...command, "\x85R."], "os.system"],
    [["cposix\nsystem\n", ...command, "\x85R."], "posix.system"],
    [["\x80\x04", ...text("os"), ...text("system"), "\x93", ...command, "\x85R."], "os.system"],
    [["(", ...command, "ios\nsystem\n."], "os.system"],
    [["(cos\nsystem\n", ...command, "o."], "os.system"],
    [["csubprocess\nPopen\n", ...command, "\x85\x81."], "subprocess.Popen"],
    [["cbuiltins\neval\n", ...text("1+1"), "\x85R."], "builtins.eval"],
    [["c__builtin__\ngetattr\n."], "__builtin__.getattr"],
    [["ctorch\nload\n", ...command, "\x85R."], "torch.load"],
    [[...text("collections"), ...text("OrderedDict.__init__"), "\x93."], "collections.OrderedDict.__init__"],
    [["cconstructor\nprototype\n."], "constructor.prototype"],
  ];
  for (const [pieces, name] of ways) {
    const message = new RegExp(
      `asks for ${name.replaceAll(".", "\\.")}, which is refused \\(nothing was executed\\)`,
    );
    await refusedPickle(pieces, message);
    const magic = Deno.readFileSync(join(FIXTURES, "legacy.pth")).slice(0, 15);
    await refused(concat([magic, bytes(...pieces)]), message); // in the pickles of the legacy form as well
  }
  const after: Piece[] = [
    "}(",
    ...text("a"),
    ...tensor({}),
    ...text("b"),
    "cos\nsystem\n",
    ...command,
    "\x85Ru.",
  ];
  await refusedPickle(after, /asks for os\.system/); // behind a good tensor
  assert.deepEqual([...Deno.readDirSync(folder)], []);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("readTorchCheckpoint refuses calls, states and ids that tensors do not need", async () => {
  await refusedPickle(["ctorch\nFloatStorage\n)R."], /calls torch\.FloatStorage, which cannot be called/);
  await refusedPickle([...text("x"), ")R."], /calls a value, which cannot be called/);
  await refusedPickle([...tensor({}), "}b."], /sets attributes of something that is no dict/);
  await refusedPickle(["P0\n."], /opcode 0x50 is not supported/);
  await refusedPickle(["\x82\x01."], /opcode 0x82 is not supported/); // the extension registry
  await refusedPickle([...text("storage"), "Q."], /not a storage of tensors/);
  await refusedPickle(["cbuiltins\nset\n."], /builtins\.set/);
  await refusedPickle(["}(", "]", "Nu."], /neither text nor a number/);
});

Deno.test("readTorchCheckpoint takes memory only for bytes that are there", async () => {
  const huge = [...new Uint8Array(BigUint64Array.of(1n << 60n).buffer)];
  await refusedPickle(["\x8d", huge, "x."], /claims 11529215046068\d+ bytes/); // BINUNICODE8
  await refusedPickle(["\x8e", huge, "x."], /claims 11529215046068\d+ bytes/); // BINBYTES8
  await refusedPickle(["X", uint32(2 ** 32 - 1), "x."], /claims 4294967295 bytes/);
  await refusedPickle(["\x8b", uint32(2 ** 31), "x."], /an integer of 2147483648 bytes/);
  await refusedPickle(["I" + "9".repeat(5000) + "\n."], /a line in its pickle does not end/);
  await refusedPickle(["\x95", huge, "N"], /truncated or damaged/); // FRAME is only a hint; then the pickle just ends
  await refusedPickle(["N".repeat(2 ** 21)], /does not end after 2097152 instructions/);
  const far = [0, 1, 2, 3].map((i): Piece[] => ["r", uint32(2 ** 32 - 1 - i)]); // memo slots, far apart
  await refusedPickle(["N", ...far.flat(), "j", uint32(7), "."], /nothing was remembered as 7/);
});

Deno.test("readTorchCheckpoint refuses values that nest or unfold without end", async () => {
  const depth = 100_000;
  await refusedPickle(["]".repeat(depth), "a".repeat(depth - 1), "."], /nested deeper than 64/);
  await refusedPickle(["]q\x00h\x00a."], /nested deeper than 64/); // a list that holds itself
  const double = ["q\x00]q\x01h\x00ah\x00a"]; // a list that holds the last one twice
  await refusedPickle(["]", ...new Array(50).fill(double).flat(), "."], /more than 1000000 values/);
});

Deno.test("readTorchCheckpoint refuses damaged instructions", async () => {
  await refusedPickle(["."], /its stack is empty/);
  await refusedPickle(["t."], /a mark is missing/);
  await refusedPickle(["N(a."], /its stack is empty/); // the mark is a floor
  await refusedPickle(["Na."], /its stack is empty/);
  await refusedPickle(["NNa."], /appends to something that is no list/);
  await refusedPickle(["NNNs."], /sets items of no dict/);
  await refusedPickle(["}(Nu."], /sets items of no dict/);
  await refusedPickle(["\x80\x09N."], /protocol 9 is not known/);
  await refusedPickle(["ccollections\nOrderedDict\n]", "]a\x85R."], /no list of pairs/);
});

Deno.test("readTorchCheckpoint refuses tensors that do not lie in their storage", async () => {
  const outside = /does not lie in its storage of 4; the file is damaged/;
  const cases = [
    { shape: [5] },
    { offset: 1 },
    { shape: [2, 2], strides: [3, 1] },
    { shape: [2 ** 40] },
    { offset: Number.MAX_SAFE_INTEGER },
    { shape: [2], strides: [Number.MAX_SAFE_INTEGER] },
    { shape: [2 ** 30, 2 ** 30], strides: [0, 0] }, // 2^60 times the same element
    { shape: [4], strides: [1, 1] },
    { shape: new Array(65).fill(1), strides: new Array(65).fill(1) },
  ];
  for (const it of cases) await refusedPickle([...tensor(it), "."], outside);
  for (const it of [{ shape: [-1] }, { strides: [-1] }, { offset: -1 }]) {
    await refusedPickle([...tensor(it), "."], /no whole numbers/);
  }
  await refusedPickle([...tensor({ elements: -4 }), "."], /not a storage of tensors/);
  await refusedPickle(
    [...tensor({ elements: 2 ** 50, shape: [2 ** 50] }), "."],
    /storage 0 has 16 bytes, 4503599627370496 were expected/,
  );
});

Deno.test("readTorchCheckpoint refuses zips that torch.save does not write", async () => {
  const pickle = bytes(...tensor({}), ".");
  const storage = { name: "a/data/0", data: new Uint8Array(16) };
  const big = { name: "a/byteorder", data: "big" };
  await refused(torchZip(pickle, [storage, big]), /its numbers are big-endian/);
  await refused(torchZip(pickle, []), /storage 0 is missing/);
  await refused(
    torchZip(pickle, [{ ...storage, data: new Uint8Array(15) }]),
    /storage 0 has 15 bytes, 16 were expected/,
  );
  await refused(torchZip(pickle, [storage, storage]), /two members named a\/data\/0/);
  await refused(torchZip(pickle, [{ ...storage, deflate: true }]), /member a\/data\/0 is compressed/);
  await refused(
    torchZip(pickle, [{ name: "../data/0" }]),
    /its zip is damaged \(member "\.\.\/data\/0" would lead out/,
  );
  await refused(makeZip([{ name: "readme.txt", data: "hello" }]), /without data\.pkl/);
  await refused(farZip64(torchZip(pickle)), /its zip is damaged \(64-bit value exceeds/);
  await refused(torchZip(pickle).slice(0, -30), /its zip is damaged/);
  await refused(torchZip(pickle).slice(0, 60), /its zip is damaged/);
});

Deno.test("readTorchCheckpoint refuses a legacy file that is cut short or of another machine", async () => {
  const whole = Deno.readFileSync(join(FIXTURES, "legacy.pth"));
  for (const length of [15, 100, 1000, 3000, 3500, whole.length - 1]) {
    await refused(whole.slice(0, length), /truncated|it ends at byte/);
  }
  const order = new TextDecoder("latin1").decode(whole).indexOf("little_endian") +
    "little_endianq\x01".length;
  assert.equal(whole[order], 0x88); // True
  await refused(whole.with(order, 0x89), /its numbers are big-endian/);
  const { tensors } = await openTensors(join(FIXTURES, "legacy.pth"));
  const count = Number.parseInt(tensors.get("dtypes.int8")!.place) - 8;
  assert.equal(whole[count], 2);
  await refused(whole.with(count, 3), /has 3 elements, its pickle says 2/);
});

Deno.test("readTorchCheckpoint says what it wants of a file of another kind", async () => {
  for (
    const content of [
      "<html>please log in</html>",
      "\x80\x04}.",
      "version https://git-lfs.github.com/spec/v1\n",
    ]
  ) {
    const path = await Deno.makeTempFile();
    await Deno.writeTextFile(path, content);
    await assert.rejects(readTorchCheckpoint(path), {
      tag: "file",
      message: /does not begin as files of torch\.save do/,
    });
    await Deno.remove(path);
  }
  await refused(new Uint8Array(), /the file is empty/);
  await assert.rejects(readTorchCheckpoint(FIXTURES), { tag: "file", message: /it is a folder/ });
  await assert.rejects(readTorchCheckpoint(join(FIXTURES, "none.pth")), {
    tag: "file",
    message: /no such file/,
  });
});
