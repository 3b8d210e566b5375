/**
 * An Arrow IPC stream in pieces, each a whole stream of its own.
 *
 * A stream is messages, one after the other: the schema, perhaps dictionaries, record batches, and an end.
 *
 *     message = 0xffffffff, int32 size of the metadata (0: the end), metadata (a flatbuffer), body
 *
 * @see https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format
 */

const CONTINUATION = 0xffff_ffff;
const PREFIX_BYTES = 8;
const END = new Uint8Array([255, 255, 255, 255, 0, 0, 0, 0]);
/** `MessageHeader` and the fields of `Message`, as places in its vtable: https://github.com/apache/arrow/blob/main/format/Message.fbs */
const SCHEMA = 1;
const RECORD_BATCH = 3;
const HEADER_TYPE_FIELD = 6;
const BODY_LENGTH_FIELD = 10;

/** The bytes of one stream, in parts to be written one after the other; they look into the stream that was split. */
export type ArrowPiece = readonly Uint8Array[];

/**
 * Splits a stream between its record batches. A stream with dictionaries stays whole: its batches need what came before them.
 *
 * @param pieceBytes how large a piece grows by a further batch; a batch that is larger by itself is a piece
 */
export function splitArrowStream(stream: Uint8Array, pieceBytes: number): ArrowPiece[] {
  const messages = messagesOf(stream);
  const [schema, ...batches] = messages ?? [];
  const isPlain = schema?.type === SCHEMA && batches.length > 0 && batches.every(({ type }) => type === RECORD_BATCH);
  if (!isPlain) return [[stream]];
  const header = stream.subarray(0, schema.end);
  const pieces: ArrowPiece[] = [];
  let from = schema.end;
  let to = from;
  for (const { end } of batches) {
    if (to > from && end - from > pieceBytes) {
      pieces.push([header, stream.subarray(from, to), END]);
      from = to;
    }
    to = end;
  }
  pieces.push([header, stream.subarray(from, to), END]);
  return pieces;
}

interface Message {
  readonly type: number;
  /** Where it ends in the stream, its body included. */
  readonly end: number;
}

/** The messages up to the stream's end; undefined where it is written in another way (before Arrow 0.15). */
function messagesOf(stream: Uint8Array): Message[] | undefined {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  const messages: Message[] = [];
  for (let at = 0; at + PREFIX_BYTES <= stream.byteLength; ) {
    if (view.getUint32(at, true) !== CONTINUATION) return undefined;
    const metadataBytes = view.getInt32(at + 4, true);
    if (metadataBytes === 0) break;
    const metadata = at + PREFIX_BYTES;
    const table = metadata + view.getInt32(metadata, true);
    const type = fieldAt(view, table, HEADER_TYPE_FIELD);
    const bodyLength = fieldAt(view, table, BODY_LENGTH_FIELD);
    at = metadata + metadataBytes + (bodyLength === undefined ? 0 : Number(view.getBigInt64(bodyLength, true)));
    messages.push({ type: type === undefined ? 0 : view.getUint8(type), end: at });
  }
  return messages;
}

/** Where a flatbuffer's table has a field; undefined: it has its default. */
function fieldAt(view: DataView, table: number, field: number): number | undefined {
  const vtable = table - view.getInt32(table, true);
  const offset = field < view.getUint16(vtable, true) ? view.getUint16(vtable + field, true) : 0;
  return offset === 0 ? undefined : table + offset;
}
