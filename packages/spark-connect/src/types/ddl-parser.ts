import type { DataType, GeoType, StructField } from './data-type.ts';
import { ddlError, type Token, tokenize } from './ddl-lexer.ts';
import {
  arrayType,
  binaryType,
  booleanType,
  byteType,
  calendarIntervalType,
  charType,
  DAY_TIME_FIELDS,
  dateType,
  dayTimeIntervalType,
  decimalType,
  doubleType,
  field,
  floatType,
  geoType,
  integerType,
  longType,
  mapType,
  nullType,
  shortType,
  stringType,
  timestampNtzType,
  timestampType,
  timeType,
  varcharType,
  variantType,
  YEAR_MONTH_FIELDS,
  yearMonthIntervalType,
} from './factories.ts';
import { ANY_SRID } from './reference-system.ts';
import type { StructType } from './struct-type.ts';

// schema  := columns? | STRUCT '<' columns? '>'
// columns := column (',' column)*
// column  := name ':'? type (NOT NULL | NULL | COMMENT text+)*
// type    := ARRAY '<' type '>' | MAP '<' type ',' type '>' | STRUCT '<' columns? '>'
//          | INTERVAL (unit (TO unit)?)? | STRING (COLLATE (SYSTEM '.' BUILTIN '.')? name)?
//          | TIMESTAMP ((WITHOUT | WITH LOCAL) TIME ZONE)? | TIME ('(' number ')')? (WITHOUT TIME ZONE)?
//          | (GEOMETRY | GEOGRAPHY) '(' (number | ANY) ')' | atom ('(' number (',' number)? ')')?
// https://spark.apache.org/docs/latest/sql-ref-datatypes.html

/** StructType's own module reads DDL too, so that the parser is handed the constructor instead of importing it. */
type MakeStruct = (fields: readonly StructField[]) => StructType;

const ATOMS: Readonly<Record<string, () => DataType>> = {
  BOOLEAN: booleanType,
  TINYINT: byteType,
  BYTE: byteType,
  SMALLINT: shortType,
  SHORT: shortType,
  INT: integerType,
  INTEGER: integerType,
  BIGINT: longType,
  LONG: longType,
  FLOAT: floatType,
  REAL: floatType,
  DOUBLE: doubleType,
  DATE: dateType,
  TIMESTAMP_LTZ: timestampType,
  TIMESTAMP_NTZ: timestampNtzType,
  BINARY: binaryType,
  VOID: nullType,
  VARIANT: variantType,
};

const NAME_FIRST = 'a schema names its columns, as in "value INT"';

/** Reads `a INT NOT NULL, b STRING COMMENT 'x'`, also within `STRUCT<…>`. */
export function parseColumns(text: string, makeStruct: MakeStruct): readonly StructField[] {
  const parser = new DdlParser(text, makeStruct);
  return parser.atEnd() ? [] : parser.whole(() => parser.schema());
}

/** Reads one type, e.g. `map<string, decimal(10,2)>`. */
export function parseType(text: string, makeStruct: MakeStruct): DataType {
  const parser = new DdlParser(text, makeStruct);
  return parser.whole(() => parser.type());
}

/** Reads what stands behind a column's name, e.g. `int not null comment 'mmHg'`. */
export function parseColumnSpec(name: string, text: string, makeStruct: MakeStruct): StructField {
  const parser = new DdlParser(text, makeStruct);
  return parser.whole(() => parser.columnOf(name));
}

class DdlParser {
  readonly #text: string;
  readonly #makeStruct: MakeStruct;
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(text: string, makeStruct: MakeStruct) {
    this.#text = text;
    this.#makeStruct = makeStruct;
    this.#tokens = tokenize(text);
  }

  whole<R>(read: () => R): R {
    const result = read();
    if (!this.atEnd()) throw this.#unexpected('the end or a comma');
    return result;
  }

  atEnd(): boolean {
    return this.#peek().kind === 'end';
  }

  /** Columns, or the struct of them. */
  schema(): readonly StructField[] {
    const [first, second] = this.#tokens;
    if (first?.kind !== 'name' || second?.kind !== 'sign' || !'<('.includes(second.value)) return this.columns();
    const type = this.type();
    if (!this.atEnd()) throw this.#unexpected('the end');
    if (type.kind === 'struct') return type.fields;
    throw ddlError(this.#text, first.offset, `${NAME_FIRST}: a type alone`);
  }

  columns(): StructField[] {
    const columns = [this.#column()];
    while (this.#take(',')) columns.push(this.#column());
    return columns;
  }

  #column(): StructField {
    const token = this.#peek();
    if (token.kind !== 'name' && token.kind !== 'quotedName') throw this.#unexpected('a column name');
    this.#position++;
    this.#take(':');
    if (this.atEnd()) throw this.#unexpected(`a type (${NAME_FIRST})`);
    return this.columnOf(token.value);
  }

  columnOf(name: string): StructField {
    const dataType = this.type();
    let nullable = true;
    let comment: string | undefined;
    for (;;) {
      if (this.#takeWord('NOT')) {
        if (!this.#takeWord('NULL')) throw this.#unexpected('NULL');
        nullable = false;
      } else if (this.#takeWord('COMMENT')) {
        comment = this.#comment();
      } else if (!this.#takeWord('NULL')) {
        return field(name, dataType, nullable, comment === undefined ? {} : { comment });
      }
    }
  }

  /** Texts side by side are one. */
  #comment(): string {
    if (this.#peek().kind !== 'text') throw this.#unexpected("the comment's text in quotes");
    let comment = '';
    for (let token = this.#peek(); token.kind === 'text'; token = this.#peek()) {
      comment += token.value;
      this.#position++;
    }
    return comment;
  }

  type(): DataType {
    const token = this.#peek();
    if (token.kind !== 'name') throw this.#unexpected('a type');
    this.#position++;
    const word = token.value.toUpperCase();
    switch (word) {
      case 'ARRAY':
        return this.#inBrackets(() => arrayType(this.type()));
      case 'MAP':
        return this.#inBrackets(() => {
          const keyType = this.type();
          this.#expect(',');
          return mapType(keyType, this.type());
        });
      case 'STRUCT':
        return this.#inBrackets(() => this.#makeStruct(this.#peek().value === '>' ? [] : this.columns()));
      case 'INTERVAL':
        return this.#interval();
      case 'STRING':
        return stringType(this.#takeWord('COLLATE') ? this.#collation() : undefined);
      case 'TIMESTAMP':
        return this.#timestamp();
      case 'GEOMETRY':
      case 'GEOGRAPHY':
        return this.#geo(word === 'GEOMETRY' ? 'geometry' : 'geography', token);
      case 'TIME': {
        const time = this.#atom(word, token);
        this.#takeWords('WITHOUT', 'TIME', 'ZONE');
        return time;
      }
      default:
        return this.#atom(word, token);
    }
  }

  #atom(word: string, token: Token): DataType {
    const make = ATOMS[word];
    if (make) return make();
    const numbers = this.#numbers();
    const [first, second] = numbers;
    const type = this.#making(token, () => {
      if (word === 'DECIMAL' || word === 'DEC' || word === 'NUMERIC') return decimalType(first ?? 10, second ?? 0);
      if (numbers.length === 2) return undefined;
      if (word === 'TIME') return timeType(first ?? 6);
      if (first !== undefined && (word === 'CHAR' || word === 'CHARACTER')) return charType(first);
      return first !== undefined && word === 'VARCHAR' ? varcharType(first) : undefined;
    });
    if (type) return type;
    throw ddlError(this.#text, token.offset, `${token.value} is not a type that Spark has`);
  }

  #geo(kind: GeoType['kind'], token: Token): DataType {
    this.#expect('(');
    const srid = this.#takeWord('ANY') ? ANY_SRID : this.#number('an SRID or ANY');
    this.#expect(')');
    return this.#making(token, () => geoType(kind, srid));
  }

  /** Shows where in the text a type stands that cannot be. */
  #making<R>(token: Token, make: () => R): R {
    try {
      return make();
    } catch (error) {
      throw ddlError(this.#text, token.offset, error instanceof Error ? error.message : String(error));
    }
  }

  #numbers(): number[] {
    const numbers: number[] = [];
    if (!this.#take('(')) return numbers;
    do {
      if (numbers.length === 2) throw this.#unexpected('two numbers at most');
      numbers.push(this.#number('a number'));
    } while (this.#take(','));
    this.#expect(')');
    return numbers;
  }

  #number(what: string): number {
    const token = this.#peek();
    if (token.kind !== 'number' || !/^\d+$/.test(token.value)) throw this.#unexpected(what);
    this.#position++;
    return Number(token.value);
  }

  #timestamp(): DataType {
    if (this.#takeWords('WITHOUT', 'TIME', 'ZONE')) return timestampNtzType();
    this.#takeWords('WITH', 'LOCAL', 'TIME', 'ZONE');
    return timestampType();
  }

  #interval(): DataType {
    const start = this.#unit();
    if (start === undefined) return calendarIntervalType();
    const end = this.#takeWord('TO') ? this.#unit() : start;
    const [days, years] = [DAY_TIME_FIELDS, YEAR_MONTH_FIELDS].map((units: readonly string[]) => ({
      from: units.indexOf(start),
      to: end === undefined ? -1 : units.indexOf(end),
    }));
    if (days && days.from >= 0 && days.to >= days.from) return dayTimeIntervalType(days.from, days.to);
    if (years && years.from >= 0 && years.to >= years.from) return yearMonthIntervalType(years.from, years.to);
    throw this.#unexpected('a smaller unit of the same interval');
  }

  #unit(): string | undefined {
    const word = this.#peek().value.toLowerCase();
    const isUnit = [...DAY_TIME_FIELDS, ...YEAR_MONTH_FIELDS].some((unit) => unit === word);
    if (!isUnit || this.#peek().kind !== 'name') return undefined;
    this.#position++;
    return word;
  }

  /** Collations have names like `system.builtin.UNICODE`; users leave the first two parts away. */
  #collation(): string {
    const name = this.#collationPart();
    if (name.toUpperCase() !== 'SYSTEM' || !this.#take('.')) return name;
    if (this.#collationPart().toUpperCase() !== 'BUILTIN' || !this.#take('.')) {
      throw this.#unexpected('SYSTEM.BUILTIN and the name of a collation');
    }
    return this.#collationPart();
  }

  #collationPart(): string {
    const token = this.#peek();
    if (token.kind !== 'name' && token.kind !== 'quotedName') throw this.#unexpected("a collation's name");
    this.#position++;
    return token.value;
  }

  #inBrackets<R>(read: () => R): R {
    this.#expect('<');
    const result = read();
    this.#expect('>');
    return result;
  }

  #peek(): Token {
    return this.#tokens[this.#position] ?? { kind: 'end', value: '', offset: this.#text.length };
  }

  #take(sign: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'sign' || token.value !== sign) return false;
    this.#position++;
    return true;
  }

  #takeWord(word: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'name' || token.value.toUpperCase() !== word) return false;
    this.#position++;
    return true;
  }

  /** @returns whether the first one was there: then the others have to be */
  #takeWords(first: string, ...others: readonly string[]): boolean {
    if (!this.#takeWord(first)) return false;
    for (const word of others) if (!this.#takeWord(word)) throw this.#unexpected(word);
    return true;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw this.#unexpected(`"${sign}"`);
  }

  #unexpected(expected: string): Error {
    const { kind, value, offset } = this.#peek();
    return ddlError(
      this.#text,
      offset,
      `expected ${expected}, found ${kind === 'end' ? 'the end' : JSON.stringify(value)}`,
    );
  }
}
