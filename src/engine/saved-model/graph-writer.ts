import { ATTRIBUTE, type Attribute, DATA_TYPE, shape as shapeAttribute, type } from '../native.ts';
import { bytes, concatenate, float32, integer, type Message, message, string } from './protobuf.ts';

/** Operations of TensorFlow as a graph, written as a SavedModel without variables. */
export interface GraphWriter {
  /** Adds an operation and gives its name, which is that of its first output. */
  add(operation: string, attributes: readonly Attribute[], inputs: readonly string[]): string;
  /** A float32 input that is given at every run; a side of -1 may be of any length. */
  placeholder(shape: readonly number[]): string;
  /** A constant of int32, row-major; by default a vector. */
  integers(values: readonly number[], shape?: readonly number[]): string;
  /** A constant of no number, for an input that is left out. */
  nothing(): string;
  /** The bytes of `saved_model.pb`. */
  toSavedModel(): Uint8Array;
}

/** Chooses the oldest rules that a reader may apply to the graph: any of the last years' will do. */
const PRODUCER = 1395;

/** Starts an empty graph. Field numbers are those of tensorflow/core/protobuf/{saved_model,meta_graph}.proto. */
export function createGraphWriter(): GraphWriter {
  const nodes: Uint8Array[] = [];
  const append = (
    operation: string,
    attributes: readonly Uint8Array[],
    inputs: readonly string[],
  ): string => {
    const name = `n${nodes.length}`;
    const parts = [string(1, name), string(2, operation), ...inputs.map((input) => string(3, input))];
    nodes.push(message(1, [...parts, ...attributes]));
    return name;
  };
  const constant = (
    kind: 'int32' | 'float32',
    shape: readonly number[],
    values: Int32Array | Float32Array,
  ) => {
    const value = entry('value', message(8, tensor(kind, shape, values)));
    return append('Const', [encodeAttribute(type('dtype', kind)), value], []);
  };
  return {
    add: (operation, attributes, inputs) => append(operation, attributes.map(encodeAttribute), inputs),
    placeholder: (shape) => {
      const attributes = [type('dtype', 'float32'), shapeAttribute('shape', shape)];
      return append('Placeholder', attributes.map(encodeAttribute), []);
    },
    integers: (values, shape = [values.length]) => constant('int32', shape, Int32Array.from(values)),
    nothing: () => constant('float32', [0], new Float32Array()),
    toSavedModel: () => {
      const info = message(1, [string(4, TAG)]);
      const graph = message(2, [...nodes, message(4, [integer(1, PRODUCER)])]);
      return concatenate([integer(1, 1), message(2, [info, graph])]);
    },
  };
}

/** The tag that the graph is loaded by. */
export const TAG = 'serve';

/** NodeDef.attr, a map: tensorflow/core/framework/{node_def,attr_value}.proto. */
function encodeAttribute({ name, type: kind, value }: Attribute): Uint8Array {
  return entry(name, encodeValue(kind, value));
}

function entry(name: string, value: Uint8Array): Uint8Array {
  return message(5, [string(1, name), bytes(2, value)]);
}

/** AttrValue: one value or a list of a kind that `native.ts` makes. */
function encodeValue(kind: Attribute['type'], value: unknown): Uint8Array {
  if (kind === ATTRIBUTE.shape && isNumbers(value)) return message(7, shapeOf(value));
  if (!Array.isArray(value)) return encodeOne(kind, value);
  return message(
    1,
    value.map((one) => encodeOne(kind, one)),
  );
}

/** The field of one value, the same in AttrValue and in its ListValue. */
function encodeOne(kind: Attribute['type'], value: unknown): Uint8Array {
  if (typeof value === 'string') return string(2, value);
  if (typeof value === 'boolean') return integer(5, value ? 1 : 0);
  if (typeof value !== 'number') throw new TypeError(`No attribute of a graph: ${String(value)}`);
  if (kind === ATTRIBUTE.float) return float32(4, value);
  return integer(kind === ATTRIBUTE.type ? 6 : 3, value);
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'number');
}

/** TensorShapeProto. */
function shapeOf(sides: readonly number[]): Message {
  return sides.map((side) => message(2, [integer(1, side)]));
}

/** TensorProto. */
function tensor(
  kind: 'int32' | 'float32',
  sides: readonly number[],
  { buffer }: Int32Array | Float32Array,
): Message {
  return [integer(1, DATA_TYPE[kind]), message(2, shapeOf(sides)), bytes(4, new Uint8Array(buffer))];
}
