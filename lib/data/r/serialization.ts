import { expandAltrep } from "./altrep.ts";
import { skipBytecode } from "./bytecode.ts";
import { type Flags, flagsOf, isCode, LATIN1, TYPE, VECTORS } from "./codes.ts";
import type { ByteStream, Input } from "./input.ts";
import {
  byTag,
  NO_ATTRIBUTES,
  type RAttributes,
  type REnvironment,
  type ROther,
  type RPairs,
  type RValue,
  withAttributes,
} from "./values.ts";

/** Levels of items inside items: R's own objects have some dozens, and a stack has an end. */
const DEEPEST = 1000;
const UNKNOWN: ROther = { kind: "other", what: "a value of a running R" };
const SKIPPED: ROther = { kind: "other", what: "skipped" };

/** The parts to skip while reading. */
export interface ReadLimits {
  /** Slots and attributes whose values nobody needs: they are passed over without memory for them. */
  readonly skipped: ReadonlySet<string>;
}

/**
 * Reads R's serialization (versions 2 and 3) as data: functions, language and pointers are passed over, nothing is run.
 *
 * Format: R Internals, section 1.8 "Serialization Formats"; R sources, src/main/serialize.c.
 */
export class ItemReader {
  /** Symbols, environments and pointers, which later items name by number. */
  readonly #references: RValue[] = [];
  #depth = 0;
  #skipping = 0;

  constructor(readonly stream: ByteStream, readonly input: Input, readonly limits: ReadLimits) {}

  /** @throws {RangeError} when the stream is damaged or nested beyond reason. */
  async item(): Promise<RValue> {
    return await this.itemOf(flagsOf(await this.input.int()));
  }

  /** Reads an item that nobody needs. */
  async skip(): Promise<void> {
    this.#skipping++;
    await this.item();
    this.#skipping--;
  }

  /** The item whose first integer was read already. */
  async itemOf(flags: Flags): Promise<RValue> {
    if (++this.#depth > DEEPEST) {
      throw new RangeError(`its items are nested more than ${DEEPEST} levels deep`);
    }
    const value = await this.#read(flags);
    this.#depth--;
    return value;
  }

  async #read(flags: Flags): Promise<RValue> {
    switch (flags.type) {
      case 0:
      case TYPE.null:
        return null;
      case TYPE.reference:
        return this.#reference(flags.index || await this.input.int());
      case TYPE.symbol:
        return this.#remember({ kind: "symbol", name: await this.#symbolName() });
      case TYPE.pairs:
      case TYPE.attributePairs:
        return await this.#pairs(flags);
      case TYPE.language:
      case TYPE.attributeLanguage:
      case TYPE.closure:
      case TYPE.promise:
      case TYPE.dots:
        return await this.#code(flags);
      case TYPE.environment:
        return await this.#environment();
      case TYPE.altrep:
        return await this.#altrep();
      case TYPE.globalEnvironment:
      case TYPE.baseEnvironment:
      case TYPE.emptyEnvironment:
      case TYPE.baseNamespace:
      case TYPE.missingArgument:
      case TYPE.unboundValue:
        return UNKNOWN;
      case TYPE.namespace:
      case TYPE.package:
      case TYPE.persistent:
        return await this.#named();
      case TYPE.pointer:
      case TYPE.weakReference:
        return await this.#pointer(flags);
      case TYPE.special:
      case TYPE.builtin:
        await this.input.skip("raw", await this.input.int());
        return UNKNOWN;
      default:
        return await this.#vector(flags);
    }
  }

  #reference(index: number): RValue {
    const value = this.#references[index - 1];
    if (value !== undefined) return value;
    throw new RangeError(`it refers to item ${index} of ${this.#references.length}`);
  }

  #remember<T extends RValue>(value: T): T {
    this.#references.push(value);
    return value;
  }

  async #symbolName(): Promise<string> {
    const flags = flagsOf(await this.input.int());
    if (flags.type !== TYPE.char) throw new RangeError("a symbol has no name");
    return await this.#text(flags.levels) ?? "NA";
  }

  /** The text of a CHARSXP; null is NA. */
  async #text(levels: number): Promise<string | null> {
    const length = await this.input.int();
    if (length === -1) return null;
    const bytes = await this.input.text(length);
    return decoderOf(levels).decode(bytes);
  }

  /** Walks a pairlist, however long, without going deeper. */
  async #pairs(first: Flags): Promise<RPairs> {
    const [tags, data]: [(string | null)[], RValue[]] = [[], []];
    let attributes = NO_ATTRIBUTES;
    let flags = first;
    for (;;) {
      if (flags.hasAttributes) attributes = await this.#attributes();
      const tag = flags.hasTag ? await this.item() : null;
      tags.push(tag?.kind === "symbol" ? tag.name : null);
      data.push(await this.item());
      flags = flagsOf(await this.input.int());
      if (flags.type !== TYPE.pairs && flags.type !== TYPE.attributePairs) break;
    }
    return { kind: "pairs", tags, data, tail: await this.itemOf(flags), attributes };
  }

  /** A pairlist of attributes, without those that nobody needs. */
  async #attributes(): Promise<RAttributes> {
    const found = new Map<string, RValue>();
    let flags = flagsOf(await this.input.int());
    while (flags.type === TYPE.pairs || flags.type === TYPE.attributePairs) {
      if (flags.hasAttributes) await this.skip();
      const tag = flags.hasTag ? await this.item() : null;
      const name = tag?.kind === "symbol" ? tag.name : "";
      if (this.limits.skipped.has(name)) await this.skip();
      else found.set(name, await this.item());
      flags = flagsOf(await this.input.int());
    }
    await this.itemOf(flags);
    return found;
  }

  /** Language and functions: attributes, tag (of a function its environment), head and the rest. */
  async #code(first: Flags): Promise<RValue> {
    this.#skipping++;
    let flags = first;
    while (isCode(flags.type)) {
      if (flags.hasAttributes) await this.item();
      if (flags.hasTag) await this.item();
      await this.item();
      flags = flagsOf(await this.input.int());
    }
    await this.itemOf(flags);
    this.#skipping--;
    return first.type === TYPE.closure ? { kind: "other", what: "a function" } : UNKNOWN;
  }

  async #environment(): Promise<RValue> {
    const environment: REnvironment = { kind: "environment", variables: new Map(), attributes: new Map() };
    this.#remember(environment);
    await this.input.int(); // whether it is locked
    await this.skip(); // what encloses it
    const [frame, table, attributes] = [await this.item(), await this.item(), await this.item()];
    for (const pairs of [frame, ...(table?.kind === "list" ? table.data : [])]) {
      if (pairs?.kind !== "pairs") continue;
      pairs.tags.forEach((tag, i) => tag !== null && environment.variables.set(tag, pairs.data[i]));
    }
    return attributes?.kind === "pairs" ? withAttributes(environment, byTag(attributes)) : environment;
  }

  async #named(): Promise<RValue> {
    await this.input.int(); // reserved
    const count = await this.input.int();
    for (let i = 0; i < count; i++) await this.skip();
    return this.#remember(UNKNOWN);
  }

  async #pointer({ type, hasAttributes }: Flags): Promise<RValue> {
    this.#remember(UNKNOWN);
    const parts = (type === TYPE.pointer ? 2 : 0) + (hasAttributes ? 1 : 0);
    for (let i = 0; i < parts; i++) await this.skip();
    return UNKNOWN;
  }

  async #altrep(): Promise<RValue> {
    const [info, state] = [await this.item(), await this.item()];
    const attributes = await this.#attributes();
    const form = info?.kind === "pairs" ? info.data[0] : null;
    if (form?.kind !== "symbol") throw new RangeError("a compact vector has no form");
    if (this.#skipping > 0) return SKIPPED;
    return withAttributes(expandAltrep(form.name, state, (bytes) => this.stream.claim(bytes)), attributes);
  }

  async #vector({ type, levels, hasAttributes }: Flags): Promise<RValue> {
    if (type === TYPE.char) {
      await this.#text(levels);
      return UNKNOWN;
    }
    if (type === TYPE.bytecode) await skipBytecode(this);
    const value = type === TYPE.bytecode ? UNKNOWN : await this.#elements(type);
    return hasAttributes ? withAttributes(value, await this.#attributes()) : value;
  }

  async #elements(type: number): Promise<RValue> {
    if (type === TYPE.object) return { kind: "object", attributes: NO_ATTRIBUTES };
    if (!VECTORS.has(type)) throw new RangeError(`items of type ${type} are not known`);
    const length = await this.#length();
    if (type === TYPE.text) return await this.#texts(length);
    if (type === TYPE.list || type === TYPE.expression) return await this.#list(length);
    return this.#skipping > 0 || type === TYPE.complex
      ? await this.#passOver(type, length)
      : await this.#numbers(type, length);
  }

  async #length(): Promise<number> {
    const length = await this.input.int();
    if (length >= 0) return length;
    if (length !== -1) throw new RangeError(`a vector has length ${length}`);
    return (await this.input.int()) * 2 ** 32 + (await this.input.int() >>> 0);
  }

  async #numbers(type: number, length: number): Promise<RValue> {
    const attributes = NO_ATTRIBUTES;
    switch (type) {
      case TYPE.logical:
        return { kind: "logical", data: await this.input.ints(length), attributes };
      case TYPE.integer:
        return { kind: "integer", data: await this.input.ints(length), attributes };
      case TYPE.double:
        return { kind: "double", data: await this.input.doubles(length), attributes };
      default:
        return { kind: "raw", data: await this.input.raw(length), attributes };
    }
  }

  async #passOver(type: number, length: number): Promise<RValue> {
    if (type === TYPE.logical || type === TYPE.integer) await this.input.skip("int", length);
    else if (type === TYPE.raw) await this.input.skip("raw", length);
    else await this.input.skip("double", type === TYPE.complex ? 2 * length : length);
    return SKIPPED;
  }

  async #texts(length: number): Promise<RValue> {
    this.stream.claim(4 * length);
    const data: (string | null)[] = [];
    for (let i = 0; i < length; i++) {
      const { type, levels } = flagsOf(await this.input.int());
      if (type !== TYPE.char) throw new RangeError(`a text is of type ${type}`);
      const text = await this.#text(levels);
      if (this.#skipping === 0) data.push(text);
    }
    return this.#skipping > 0 ? SKIPPED : { kind: "text", data, attributes: NO_ATTRIBUTES };
  }

  async #list(length: number): Promise<RValue> {
    this.stream.claim(4 * length);
    const data: RValue[] = [];
    for (let i = 0; i < length; i++) {
      const value = await this.item();
      if (this.#skipping === 0) data.push(value);
    }
    return this.#skipping > 0 ? SKIPPED : { kind: "list", data, attributes: NO_ATTRIBUTES };
  }
}

const UTF8_DECODER = new TextDecoder();
const LATIN1_DECODER = new TextDecoder("latin1");
const decoderOf = (levels: number): TextDecoder => (levels & LATIN1) !== 0 ? LATIN1_DECODER : UTF8_DECODER;
