import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { functionExpression, pickleOfExpression } from '../../../src/streaming/foreach-batch/pickle.ts';

/** What Python makes of a pickle, called with the arguments; JSON of the result. */
function callInPython(pickle: Uint8Array, ...args: (string | number)[]): unknown {
  const program =
    'import sys, json, pickle\nargs = json.loads(sys.argv[1])\nprint(json.dumps(pickle.loads(sys.stdin.buffer.read())(*args)))';
  const { status, stdout, stderr } = spawnSync('python3', ['-c', program, JSON.stringify(args)], { input: pickle });
  expect(status, String(stderr)).to.equal(0);
  return JSON.parse(String(stdout));
}

describe('pickle of an expression', () => {
  it('has exactly the bytes of the grammar', () => {
    const hex = Buffer.from(pickleOfExpression('1+é')).toString('hex');
    const global = Buffer.from('cbuiltins\neval\n').toString('hex');
    expect(hex).to.equal(['8002', global, '58', '04000000', '312bc3a9', '85522e'].join(''));
  });

  it('tells the length in bytes, past one byte of length too', () => {
    const bytes = Buffer.from(pickleOfExpression('é'.repeat(300)));
    expect(bytes.readUInt32LE(18)).to.equal(600);
    expect(bytes.length).to.equal(18 + 4 + 600 + 3);
  });

  it('is a function to Python, with its globals', () => {
    const source = 'FACTOR = 3\ndef scale(x):\n    return [NAME, x * FACTOR * SCALE]\n';
    const pickle = pickleOfExpression(functionExpression(source, 'scale', { NAME: 'ada', SCALE: 0.5 }));
    expect(callInPython(pickle, 7)).to.deep.equal(['ada', 10.5]);
  });

  const awkward = [
    '"',
    "'",
    '\\',
    '\\n',
    '\n\r\t',
    '\u0000',
    '\u0007\u001f\u007f',
    'äß漢',
    '😀',
    '\u2028\u2029',
    '\ud800',
    '{}%s$`',
    '"""',
    "\\'",
    '\\u0041\\N{BULLET}',
  ];
  for (const text of awkward) {
    it(`keeps ${JSON.stringify(text)} in source and globals`, () => {
      const source = `# ${JSON.stringify(text)}\ndef tell():\n    return [ord(c) for c in TEXT]\n`;
      const pickle = pickleOfExpression(functionExpression(source, 'tell', { TEXT: text }));
      expect(callInPython(pickle)).to.deep.equal(Array.from(text, (character) => character.codePointAt(0)));
    });
  }

  it('refuses numbers that Python cannot read', () => {
    expect(() => functionExpression('', 'f', { LEASE: Number.NaN })).to.throw(RangeError);
    expect(() => functionExpression('', 'f', { LEASE: Number.POSITIVE_INFINITY })).to.throw(RangeError);
  });

  it("makes the shim's function, in every Python that Spark 3.5 and 4.x run on", () => {
    const shim = readFileSync(new URL('../../../src/streaming/foreach-batch/shim.py', import.meta.url), 'utf8');
    const expression = functionExpression(shim, 'handle', { PREFIX: 'p', LEASE_TIMEOUT: 1.5 });
    const described = `(lambda f: lambda: [f.__name__, list(f.__code__.co_varnames[:f.__code__.co_argcount]), f.__globals__["LEASE_TIMEOUT"]])(${expression})`;
    expect(callInPython(pickleOfExpression(described))).to.deep.equal(['handle', ['df', 'batch_id'], 1.5]);
  });
});
