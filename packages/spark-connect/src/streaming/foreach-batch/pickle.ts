/**
 * A pickle that, when loaded, evaluates a Python expression and is its value:
 *
 *     pickle   = PROTO 2  GLOBAL "builtins" "eval"  text  TUPLE1  REDUCE  STOP
 *     PROTO    = 0x80 0x02
 *     GLOBAL   = 'c' "builtins" '\n' "eval" '\n'
 *     text     = 'X' length:uint32le  utf8-bytes          (BINUNICODE)
 *     TUPLE1   = 0x85      REDUCE = 'R'      STOP = '.'
 *
 * @see https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */
export function pickleOfExpression(expression: string): Uint8Array {
  const text = Buffer.from(expression, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([
    Buffer.from('\x80\x02cbuiltins\neval\nX', 'latin1'),
    length,
    text,
    Buffer.from('\x85R.', 'latin1'),
  ]);
}

/**
 * An expression that executes a module's source in a namespace of its own and is one of the functions defined there.
 * @param globals values that the source may use by name; strings and finite numbers.
 */
export function functionExpression(
  source: string,
  name: string,
  globals: Readonly<Record<string, string | number>>,
): string {
  const namespace = Object.entries(globals)
    .map(([key, value]) => `${pythonLiteral(key)}: ${pythonLiteral(value)}`)
    .join(', ');
  return `(lambda ns: (exec(${pythonLiteral(source)}, ns), ns[${pythonLiteral(name)}])[1])({${namespace}})`;
}

/** JSON's strings without surrogate escapes, and its finite numbers, are Python literals too. */
function pythonLiteral(value: string | number): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`${value} is no Python literal`);
  return JSON.stringify(value);
}
