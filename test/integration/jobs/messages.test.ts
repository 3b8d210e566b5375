import { fail } from 'node:assert/strict';
import type { SparkSession } from '@instant-health/spark-connect';
import { expect } from 'chai';
import fc from 'fast-check';
import { judgeMessages, readingsOf, unreadableOf } from '../../../jobs/messages.ts';
import { encodeReading } from '../../../producer/index.ts';
import { openSession } from '../../helpers/jobs-surroundings.ts';

interface Judged {
  readonly offset: bigint;
  readonly heartBeat: number | null;
  readonly bp: number | null;
  readonly customerId: number | null;
  readonly reason: string | null;
}

const SCHEMA = 'value BINARY, topic STRING, partition INT, offset BIGINT, timestamp TIMESTAMP';
const bytes = (text: string) => Buffer.from(text, 'utf8');
const MEGABYTE = 'x'.repeat(1_048_576);

const GOOD: readonly [what: string, text: string][] = [
  ['as the producer writes it', '{"heartBeat":70,"bp":170,"customerId":3}'],
  ['in another order and with space', ' {\n "customerId" : 3,\t"bp":170 , "heartBeat":70 } \r\n'],
  ['with a field that nobody asked for', '{"heartBeat":70,"bp":170,"customerId":3,"device":"m-4"}'],
  ['with quotes of both kinds in a text', '{"heartBeat":70,"bp":170,"customerId":3,"x":"a \\"b\\" \'c\', d"}'],
  ['with letters of all kinds', '{"heartBeat":70,"bp":170,"customerId":3,"ward":"Ü \u{1f3e5}"}'],
];

const BAD: readonly [what: string, value: Buffer | null, reason: string][] = [
  ['a tombstone', null, 'no value'],
  ['no bytes', bytes(''), 'empty message'],
  ['blanks', bytes('  \t\n '), 'empty message'],
  ['a megabyte of text', bytes(MEGABYTE), 'longer than 4096 bytes'],
  [
    'a megabyte in a field nobody asked for',
    bytes(`{"heartBeat":70,"bp":170,"customerId":3,"note":"${MEGABYTE}"}`),
    'longer than 4096 bytes',
  ],
  ['words', bytes('hello'), 'not a flat JSON object'],
  ['an array', bytes('[{"heartBeat":70,"bp":170,"customerId":3}]'), 'not a flat JSON object'],
  ['a number', bytes('70'), 'not a flat JSON object'],
  ['null', bytes('null'), 'not a flat JSON object'],
  ['a cut message', bytes('{"heartBeat":70,"bp":170,"custo'), 'not a flat JSON object'],
  ['two readings', bytes('{"heartBeat":70,"bp":170,"customerId":3}{"heartBeat":1}'), 'not a flat JSON object'],
  ['trailing words', bytes('{"heartBeat":70,"bp":170,"customerId":3} x'), 'not a flat JSON object'],
  ['a nested reading', bytes('{"vitals":{"heartBeat":70,"bp":170,"customerId":3}}'), 'not a flat JSON object'],
  ['a byte order mark', bytes('\ufeff{"heartBeat":70,"bp":170,"customerId":3}'), 'not a flat JSON object'],
  ['single quotes', bytes("{'heartBeat':70,'bp':170,'customerId':3}"), 'not valid JSON'],
  ['names without quotes', bytes('{heartBeat:70,bp:170,customerId:3}'), 'not valid JSON'],
  ['a comment', bytes('{"heartBeat":70,/* */"bp":170,"customerId":3}'), 'not valid JSON'],
  ['a trailing comma', bytes('{"heartBeat":70,"bp":170,"customerId":3,}'), 'not valid JSON'],
  ['leading zeros', bytes('{"heartBeat":070,"bp":170,"customerId":3}'), 'not valid JSON'],
  ['a plus sign', bytes('{"heartBeat":+70,"bp":170,"customerId":3}'), 'not valid JSON'],
  ['a hexadecimal number', bytes('{"heartBeat":0x46,"bp":170,"customerId":3}'), 'not valid JSON'],
  [
    'bytes that are no UTF-8',
    Buffer.concat([bytes('{"heartBeat":70,"bp":170,"customerId":3,"x":"'), Buffer.from([0xff, 0xfe]), bytes('"}')]),
    'not valid UTF-8',
  ],
  ['an empty object', bytes('{}'), 'heartBeat is missing'],
  ['no bp', bytes('{"heartBeat":70,"customerId":3}'), 'bp is missing'],
  ['no patient', bytes('{"heartBeat":70,"bp":170}'), 'customerId is missing'],
  ['null for a value', bytes('{"heartBeat":null,"bp":170,"customerId":3}'), 'heartBeat is missing'],
  ['a name in lower case', bytes('{"heartbeat":70,"bp":170,"customerId":3}'), 'heartBeat is missing'],
  ['a text', bytes('{"heartBeat":"70","bp":170,"customerId":3}'), 'heartBeat is not an integer'],
  ['an empty text', bytes('{"heartBeat":70,"bp":"","customerId":3}'), 'bp is not an integer'],
  ['a fraction', bytes('{"heartBeat":70.5,"bp":170,"customerId":3}'), 'heartBeat is not an integer'],
  ['a whole fraction', bytes('{"heartBeat":70,"bp":170.0,"customerId":3}'), 'bp is not an integer'],
  ['an exponent', bytes('{"heartBeat":7e1,"bp":170,"customerId":3}'), 'heartBeat is not an integer'],
  ['a truth value', bytes('{"heartBeat":true,"bp":170,"customerId":3}'), 'heartBeat is not an integer'],
  ['a list', bytes('{"heartBeat":[70],"bp":170,"customerId":3}'), 'heartBeat is not an integer'],
  [
    'more than an integer holds',
    bytes('{"heartBeat":70,"bp":170,"customerId":4294967299}'),
    'customerId is not an integer',
  ],
  ['a heart beat of 0', bytes('{"heartBeat":0,"bp":170,"customerId":3}'), 'heartBeat is outside 1 to 350'],
  ['a heart beat of 351', bytes('{"heartBeat":351,"bp":170,"customerId":3}'), 'heartBeat is outside 1 to 350'],
  ['a negative pressure', bytes('{"heartBeat":70,"bp":-1,"customerId":3}'), 'bp is outside 1 to 400'],
  ['a pressure of 401', bytes('{"heartBeat":70,"bp":401,"customerId":3}'), 'bp is outside 1 to 400'],
  ['a field twice', bytes('{"heartBeat":70,"bp":170,"bp":171,"customerId":3}'), 'bp is given twice'],
  [
    'a field twice, once in escapes',
    bytes('{"heartBeat":70,"bp":170,"\\u0062p":399,"customerId":3}'),
    'a field name with escapes',
  ],
];

// Which objection comes first may differ between versions of Spark for these; what counts is that one comes.
const BAD_SOMEHOW: readonly [what: string, value: Buffer][] = [
  ['NaN', bytes('{"heartBeat":NaN,"bp":170,"customerId":3}')],
  ['Infinity', bytes('{"heartBeat":70,"bp":Infinity,"customerId":3}')],
  ['UTF-16', Buffer.from('{"heartBeat":70,"bp":170,"customerId":3}', 'utf16le')],
  ['zero bytes inside', bytes('{"heartBeat":70,\u0000"bp":170,"customerId":3}')],
  ['a tab in a text', bytes('{"heartBeat":70,"bp":170,"customerId":3,"x":"a\u0001b"}')],
  ['an object in a text', bytes('{"heartBeat":70,"bp":170,"customerId":3,"x":"{}"}')],
  ['a hundred thousand braces', bytes('{'.repeat(100_000))],
];

describe('judging messages', () => {
  let spark: SparkSession;

  before(async () => {
    spark = await openSession();
  });

  after(() => spark.stop());

  async function judge(values: readonly (Buffer | null)[]): Promise<Judged[]> {
    const judged = judgeMessages(messages(values));
    const rows = await judged.select('offset', 'heartBeat', 'bp', 'customerId', 'reason').collect<Judged>();
    return rows.sort((left, right) => Number(left.offset - right.offset));
  }

  function messages(values: readonly (Buffer | null)[]) {
    const rows = values.map((value, offset) => {
      return { value, topic: 't', partition: 0, offset: BigInt(offset), timestamp: new Date(0) };
    });
    return spark.createDataFrame(rows, SCHEMA);
  }

  it('takes readings, whatever their order, space and further fields', async () => {
    const judged = await judge(GOOD.map(([, text]) => bytes(text)));
    const told = judged.map(({ offset: _, ...reading }, index) => [GOOD[index]?.[0], reading]);
    const reading = { heartBeat: 70, bp: 170, customerId: 3, reason: null };
    expect(told).to.deep.equal(GOOD.map(([what]) => [what, reading]));
  });

  it('objects to everything else, and says why', async () => {
    const judged = await judge(BAD.map(([, value]) => value));
    expect(judged.map(({ reason }, index) => [BAD[index]?.[0], reason])).to.deep.equal(
      BAD.map(([what, , reason]) => [what, reason]),
    );
  });

  it('lets nothing strange pass as a reading', async () => {
    const judged = await judge(BAD_SOMEHOW.map(([, value]) => value));
    const passed = judged.flatMap(({ reason }, index) => (reason === null ? [BAD_SOMEHOW[index]?.[0]] : []));
    expect(judged).to.have.length(BAD_SOMEHOW.length);
    expect(passed).to.deep.equal([]);
  });

  it('puts every message into exactly one of readings and unreadable, the unreadable with their bytes', async () => {
    const values = [...GOOD.map(([, text]) => bytes(text)), ...BAD.map(([, value]) => value)];
    const judged = judgeMessages(messages(values));
    const readings = await readingsOf(judged).collect<{ offset: bigint }>();
    const unreadable = await unreadableOf(judged).collect<{ offset: bigint; value: Uint8Array | null }>();
    const offsets = [...readings, ...unreadable].map(({ offset }) => Number(offset)).sort((a, b) => a - b);
    expect(offsets).to.deep.equal(values.map((_, offset) => offset));
    for (const { offset, value } of unreadable) {
      const sent = values[Number(offset)];
      if (sent === undefined) fail('a message that was not sent');
      expect(value === null ? null : Buffer.from(value).toString('hex')).to.equal(sent?.toString('hex') ?? null);
    }
  });

  it('agrees with JSON.parse about any message', async () => {
    const integer = fc.integer({ min: 1, max: 350 });
    const reading = fc.record({
      heartBeat: integer,
      bp: integer,
      customerId: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    });
    const mutated = fc
      .tuple(reading, fc.nat(60), fc.constantFrom('', '"', ',', '0', '.', '-', '{', '}', ' ', 'e', '\\'), fc.nat(2))
      .map(([good, at, inserted, dropped]) => {
        const text = encodeReading(good);
        return text.slice(0, at) + inserted + text.slice(at + dropped);
      });
    const [texts = []] = fc.sample(fc.array(mutated, { minLength: 600, maxLength: 600 }), { numRuns: 1, seed: 7 });
    const judged = await judge(texts.map(bytes));
    const wrong = judged.flatMap(({ offset, reason, ...values }) => {
      const text = texts[Number(offset)] ?? '';
      const expected = strictly(text);
      const found =
        reason === null ? { bp: values.bp, customerId: values.customerId, heartBeat: values.heartBeat } : null;
      return JSON.stringify(expected) === JSON.stringify(found) ? [] : [{ text, reason, expected, found }];
    });
    expect(wrong).to.deep.equal([]);
    expect(judged.some(({ reason }) => reason === null) && judged.some(({ reason }) => reason !== null)).to.equal(true);
  });
});

/** The reading in a text by JavaScript's own parser; null for anything doubtful. */
function strictly(text: string): { bp: number; customerId: number; heartBeat: number } | null {
  try {
    const { bp, customerId, heartBeat } = JSON.parse(text) as Record<string, unknown>;
    const numbers = [bp, customerId, heartBeat];
    const fraction = /\d\.|\de/i.test(text);
    const isWhole = numbers.every((value) => Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31);
    const plausible = Number(heartBeat) >= 1 && Number(heartBeat) <= 350 && Number(bp) >= 1 && Number(bp) <= 400;
    if (!isWhole || fraction || !plausible) return null;
    return { bp: Number(bp), customerId: Number(customerId), heartBeat: Number(heartBeat) };
  } catch {
    return null;
  }
}
