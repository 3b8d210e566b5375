import { inspect } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  CalendarInterval,
  DayTimeInterval,
  Decimal,
  Geography,
  Geometry,
  LocalDate,
  LocalDateTime,
  LocalTime,
  Timestamp,
  Variant,
  YearMonthInterval,
} from '../../../src/types/index.ts';

describe('Decimal', () => {
  it('prints every digit', () => {
    expect(String(new Decimal(-1n, 38))).to.equal(`-0.${'0'.repeat(37)}1`);
    expect(String(new Decimal(10n ** 38n - 1n, 18))).to.equal('99999999999999999999.999999999999999999');
    expect(JSON.stringify({ d: new Decimal(150n, 2) })).to.equal('{"d":"1.50"}');
  });

  it('reads what it prints', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }),
        fc.integer({ min: 0, max: 38 }),
        (unscaled, scale) => {
          expect(Decimal.from(String(new Decimal(unscaled, scale)))).to.deep.equal(new Decimal(unscaled, scale));
        },
      ),
    );
  });

  it('reads exponents, compares across scales and never loses digits silently', () => {
    expect(Decimal.from(1e-7)).to.deep.equal(new Decimal(1n, 7));
    expect(Decimal.from('-1.5E3')).to.deep.equal(new Decimal(-1500n, 0));
    expect(Decimal.from('1.5').equals(Decimal.from('1.500'))).to.equal(true);
    expect(Decimal.from('-2').compare(Decimal.from('1.9'))).to.equal(-1);
    expect(Decimal.from('1.25').rescale(1)).to.equal(undefined);
    expect(Decimal.from('1.25').toNumber()).to.equal(1.25);
    for (const text of ['', '.', '1,5', 'NaN', 'Infinity', '0x1']) {
      expect(() => Decimal.from(text), text)
        .to.throw()
        .with.property('code', 'invalid-argument');
    }
  });

  it('takes a negative scale as zeros before the point, and no fraction of a digit', () => {
    expect(new Decimal(5n, -2)).to.deep.equal(new Decimal(500n));
    expect(String(new Decimal(-5n, -2))).to.equal('-500');
    expect(new Decimal(5n, -2).compare(new Decimal(500n))).to.equal(0);
    for (const scale of [0.5, -0.5, Number.NaN, Number.POSITIVE_INFINITY, -10_000]) {
      expect(() => new Decimal(1n, scale), String(scale))
        .to.throw(`${scale} is no scale`)
        .with.property('code', 'invalid-argument');
    }
  });

  it('is text in a text, and does not let operators compute with that text', () => {
    const [nine, ten] = [Decimal.from(9), Decimal.from(10)];
    expect(`${nine}`).to.equal('9');
    expect([nine, ten].join()).to.equal('9,10');
    const operations: ReadonlyArray<() => unknown> = [
      () => nine < ten,
      // @ts-expect-error: what JavaScript would let pass
      () => nine + ten,
      // @ts-expect-error
      () => nine - ten,
      () => Number(nine),
    ];
    for (const operation of operations) {
      expect(operation, String(operation))
        .to.throw('use compare(), equals() or toNumber()')
        .with.property('code', 'invalid-argument');
    }
  });
});

describe('dates and times', () => {
  it('agree with Date wherever a Date reaches', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true, min: new Date(-8.64e15), max: new Date(8.64e15) }), (date) => {
        const timestamp = Timestamp.fromDate(date);
        expect(timestamp.toDate()).to.deep.equal(date);
        if (date.getUTCFullYear() >= 0 && date.getUTCFullYear() <= 9999) {
          expect(new Date(timestamp.toString()).getTime()).to.equal(date.getTime());
          expect(Timestamp.parse(timestamp.toString())).to.deep.equal(timestamp);
        }
        const day = new LocalDate(Math.floor(date.getTime() / 86_400_000));
        expect([day.year, day.month, day.day]).to.deep.equal([
          date.getUTCFullYear(),
          date.getUTCMonth() + 1,
          date.getUTCDate(),
        ]);
      }),
    );
  });

  it('are exact over 64 bits of microseconds, given as bigint or, where it is exact, as number', () => {
    const ends = [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n, 9_007_199_254_740_991n, -9_007_199_254_740_991n, -1n, 0n];
    const micros = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.maxSafeInteger().map(BigInt));
    const check = (value: bigint) => {
      for (const moment of [new Timestamp(value), new LocalDateTime(value)]) {
        const [seconds, found] =
          moment instanceof Timestamp
            ? [moment.epochSeconds, moment.epochMicros]
            : [moment.localSeconds, moment.localMicros];
        expect(found).to.equal(value);
        expect(moment.microsOfSecond).to.be.within(0, 999_999);
        expect(BigInt(seconds) * 1_000_000n + BigInt(moment.microsOfSecond)).to.equal(value);
      }
      if (!Number.isSafeInteger(Number(value))) return;
      expect(new Timestamp(Number(value))).to.deep.equal(new Timestamp(value));
      expect(new LocalDateTime(Number(value))).to.deep.equal(new LocalDateTime(value));
    };
    for (const value of ends) check(value);
    fc.assert(fc.property(micros, check));
    // What is compared by its keys, as by a test's deep equality, differs as well.
    expect(new Timestamp(1n)).not.to.deep.equal(new Timestamp(2n));
    for (const refused of [2 ** 53, 0.5, Number.NaN, 10n ** 30n]) {
      expect(() => new Timestamp(refused), String(refused))
        .to.throw()
        .with.property('code', 'invalid-argument');
    }
  });

  it('hold the ends of what Spark prints, and go beyond', () => {
    expect(String(LocalDate.parse('0001-01-01'))).to.equal('0001-01-01');
    expect(LocalDate.parse('9999-12-31').epochDay).to.equal(2_932_896);
    expect(String(new LocalDate(2_932_897))).to.equal('+10000-01-01');
    expect(String(LocalDate.of(-1, 2, 28))).to.equal('-0001-02-28');
    expect(Timestamp.parse('0001-01-01T00:00:00Z').epochMicros).to.equal(-62_135_596_800_000_000n);
    expect(String(new Timestamp(253_402_300_799_999_999n))).to.equal('9999-12-31T23:59:59.999999Z');
    expect(String(new LocalDateTime(-1n))).to.equal('1969-12-31T23:59:59.999999');
    expect(String(new LocalTime(86_399_999_999_999))).to.equal('23:59:59.999999999');
  });

  it('take offsets into account and round down below a millisecond', () => {
    expect(Timestamp.parse('2026-01-01 01:00:00.000001+01:00').epochMicros).to.equal(1_767_225_600_000_001n);
    expect(Timestamp.parse('2025-12-31T19:30-0430').epochMicros).to.equal(1_767_225_600_000_000n);
    expect(new Timestamp(-1n).epochMillis).to.equal(-1);
    expect(new Timestamp(-1n).toDate().getTime()).to.equal(-1);
    expect(new Timestamp(1n) < new Timestamp(2n)).to.equal(true);
  });

  it('refuse what does not exist or is not said', () => {
    const wrong: ReadonlyArray<() => unknown> = [
      () => LocalDate.parse('2026-02-29'),
      () => LocalDate.parse('2026-2-3'),
      () => LocalDate.of(2026, 13, 1),
      () => Timestamp.parse('2026-01-01T00:00:00'),
      () => Timestamp.parse('2026-01-01T00:00:00.0000001Z'),
      () => Timestamp.parse('2026-01-01T24:00:00Z'),
      () => Timestamp.fromDate(new Date(Number.NaN)),
      () => LocalDateTime.parse('2026-01-01T00:00:00Z'),
      () => LocalTime.parse('24:00'),
      () => Timestamp.parse('2020-01-01T00:00:00+99:99'),
      () => Timestamp.parse('2020-01-01T00:00:00+18:01'),
      () => Timestamp.parse('2020-01-01T00:00:00-01:60'),
      () => new LocalDate(Number.NaN),
      () => new LocalDate(1.5),
      () => new LocalDate(2 ** 31),
      () => LocalDate.of(6_000_000, 1, 1),
      () => LocalDate.of(Number.NaN, 1, 1),
      () => LocalDate.of(2026, 1.5, 1),
      () => LocalDate.parse('+6000000-01-01'),
      () => new LocalTime(-1),
      () => new LocalTime(86_400e9),
      () => new LocalTime(0.5),
      () => new LocalTime(Number.NaN),
      () => new YearMonthInterval(1.5),
      () => new YearMonthInterval(2 ** 31),
      () => new CalendarInterval(2 ** 31, 0, 0n),
      () => new CalendarInterval(0, 1.5, 0n),
      () => new CalendarInterval(0, 0, 2n ** 63n),
      () => DayTimeInterval.ofMillis(1.5),
    ];
    for (const make of wrong) expect(make, String(make)).to.throw().with.property('code', 'invalid-argument');
  });

  it('are shapes with what their numbers mean', () => {
    const shape = new Geometry(Uint8Array.of(1, 255), 4326);
    expect(String(shape)).to.equal('SRID=4326;01ff');
    expect(inspect({ shape })).to.equal('{ shape: Geometry(SRID=4326;01ff) }');
    expect(JSON.stringify({ shape })).to.equal('{"shape":"SRID=4326;01ff"}');
    expect(shape.equals(new Geometry(Uint8Array.of(1, 255), 4326))).to.equal(true);
    for (const other of [
      new Geometry(Uint8Array.of(1, 255), 0),
      new Geometry(Uint8Array.of(1, 254), 4326),
      new Geometry(Uint8Array.of(1), 4326),
      new Geography(Uint8Array.of(1, 255), 4326),
    ]) {
      expect(shape.equals(other), String(other)).to.equal(false);
    }
    for (const srid of [-1, 0.5, Number.NaN, 2 ** 31]) {
      expect(() => new Geography(Uint8Array.of(1), srid))
        .to.throw(`not ${srid}`)
        .with.property('code', 'invalid-argument');
    }
    expect(() => new Geometry('0101' as never, 0)).to.throw('Well-Known Binary');
  });

  it('read back the first and the last day, and take offsets of 18 hours', () => {
    for (const epochDay of [-(2 ** 31), 2 ** 31 - 1]) {
      const day = new LocalDate(epochDay);
      expect(LocalDate.parse(day.toString())).to.deep.equal(day);
    }
    expect(Timestamp.parse('1970-01-01T18:00:00+18:00').epochMicros).to.equal(0n);
    expect(Timestamp.parse('1970-01-01T00:00:00-18:00').epochMicros).to.equal(64_800_000_000n);
  });

  it('print a fraction without zeros at its end', () => {
    expect(String(LocalTime.parse('12:00:00.100'))).to.equal('12:00:00.1');
    expect(String(LocalTime.parse('12:00:10'))).to.equal('12:00:10');
    expect(String(Timestamp.parse('2026-01-01T00:00:00.120Z'))).to.equal('2026-01-01T00:00:00.12Z');
  });

  it('print intervals as Spark does', () => {
    expect(String(new DayTimeInterval(-93_784_000_005n))).to.equal("INTERVAL '-1 02:03:04.000005' DAY TO SECOND");
    expect(String(DayTimeInterval.ofMillis(1500))).to.equal("INTERVAL '0 00:00:01.5' DAY TO SECOND");
    expect(String(new YearMonthInterval(-14))).to.equal("INTERVAL '-1-2' YEAR TO MONTH");
    // What 4.1.1 says to cast(make_interval(…) as string).
    expect(String(new CalendarInterval(14, 25, 18_367_008_000n))).to.equal(
      '1 years 2 months 25 days 5 hours 6 minutes 7.008 seconds',
    );
    expect(String(new CalendarInterval(-14, -25, -18_367_008_000n))).to.equal(
      '-1 years -2 months -25 days -5 hours -6 minutes -7.008 seconds',
    );
    expect(String(new CalendarInterval(-10, 3, 0n))).to.equal('-10 months 3 days');
    expect(String(new CalendarInterval(0, 0, 359_940_000_000n))).to.equal('99 hours 59 minutes');
    expect(String(new CalendarInterval(0, 0, -500_000n))).to.equal('-0.5 seconds');
    expect(String(new CalendarInterval(0, 0, 1n))).to.equal('0.000001 seconds');
    expect(String(new CalendarInterval(0, 0, 10_000_000n))).to.equal('10 seconds');
    expect(String(new CalendarInterval(0, 0, 0n))).to.equal('0 seconds');
  });
});

describe('a variant', () => {
  const METADATA = Uint8Array.of(1, 0, 0);
  const variant = (...value: number[]) => new Variant(Uint8Array.from(value), METADATA);
  const int64 = (value: bigint) => [...new Uint8Array(BigInt64Array.of(value).buffer)];
  const cases: ReadonlyArray<readonly [json: string, variant: Variant]> = [
    ['1.5', variant(0x20, 1, 15, 0, 0, 0)],
    ['"123456789012345678.9"', variant(0x24, 1, ...int64(1_234_567_890_123_456_789n))],
    ['5000000000', variant(0x18, ...int64(5_000_000_000n))],
    ['"9007199254740993"', variant(0x18, ...int64(9_007_199_254_740_993n))],
    ['"2020-01-01"', variant(0x2c, 0x56, 0x47, 0, 0)],
    ['"1970-01-01T00:00:00.5Z"', variant(0x30, ...int64(500_000n))],
    ['"1970-01-01T00:00:00.5"', variant(0x34, ...int64(500_000n))],
    ['"AP8="', variant(0x3c, 2, 0, 0, 0, 0, 0xff)],
    ['"NaN"', variant(0x1c, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f)],
    ['"a"', variant(0x05, 0x61)],
    ['null', variant(0)],
    [
      '{"a":1.5,"b":[true]}',
      new Variant(
        Uint8Array.of(2, 2, 0, 1, 0, 6, 11, 0x20, 1, 15, 0, 0, 0, 3, 1, 0, 1, 4),
        Uint8Array.of(1, 2, 0, 1, 2, 0x61, 0x62),
      ),
    ],
  ];
  for (const [json, value] of cases) {
    it(`is ${json} in JSON and as text`, () => {
      expect(JSON.stringify(value)).to.equal(json);
      expect(String(value)).to.equal(json);
    });
  }
});

describe('printed values', () => {
  it('show their class and text, alone and in rows', () => {
    const row = {
      a: LocalDate.parse('2026-02-03'),
      b: new Decimal(150n, 2),
      c: new Timestamp(0n),
      d: new LocalDateTime(0n),
      e: LocalTime.parse('01:02'),
      f: new DayTimeInterval(0n),
      g: new YearMonthInterval(14),
      h: new CalendarInterval(0, 1, 0n),
      i: new Variant(Uint8Array.of(0x0c, 7), Uint8Array.of(1, 0, 0)),
      // Cut off: it still prints.
      j: new Variant(Uint8Array.of(0x0c), Uint8Array.of(1, 0, 0)),
    };
    expect(inspect(row, { breakLength: Number.POSITIVE_INFINITY })).to.equal(
      '{ a: LocalDate(2026-02-03), b: Decimal(1.50), c: Timestamp(1970-01-01T00:00:00Z), ' +
        "d: LocalDateTime(1970-01-01T00:00:00), e: LocalTime(01:02:00), f: DayTimeInterval(INTERVAL '0 00:00:00' DAY " +
        "TO SECOND), g: YearMonthInterval(INTERVAL '1-2' YEAR TO MONTH), h: CalendarInterval(1 days), i: Variant(7), " +
        'j: Variant(unreadable) }',
    );
    expect(Object.keys(row.a)).to.deep.equal(['epochDay']);
  });
});
