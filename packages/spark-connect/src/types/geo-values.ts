import { SparkConnectError } from '../errors.ts';
import { showAsText } from './shown.ts';

const MAX_SRID = 2 ** 31 - 1;

/** What {@link Geometry} and {@link Geography} have in common. */
export abstract class Shape {
  /** The shape in Well-Known Binary. */
  readonly wkb: Uint8Array;
  /** The reference system of its coordinates, e.g. 4326 for longitude and latitude; 0 is none. */
  readonly srid: number;

  /** @throws SparkConnectError `invalid-argument` where these are no bytes, or this is no whole number from 0 */
  constructor(wkb: Uint8Array, srid: number) {
    if (!(wkb instanceof Uint8Array)) {
      throw new SparkConnectError('invalid-argument', 'a shape is given in Well-Known Binary, as a Uint8Array');
    }
    if (!Number.isInteger(srid) || srid < 0 || srid > MAX_SRID) {
      throw new SparkConnectError('invalid-argument', `an SRID is a whole number from 0 to ${MAX_SRID}, not ${srid}`);
    }
    this.wkb = wkb;
    this.srid = srid;
  }

  /** The kind of its type. */
  abstract get kind(): 'geometry' | 'geography';

  /** Whether both have the same kind, system and bytes; one shape may be written in several ways. */
  equals(other: Shape): boolean {
    const isAlike = this.kind === other.kind && this.srid === other.srid && this.wkb.length === other.wkb.length;
    return isAlike && this.wkb.every((byte, index) => byte === other.wkb[index]);
  }

  /** Its system, and its bytes in hexadecimal: `SRID=4326;0101…`. */
  toString(): string {
    return `SRID=${this.srid};${Array.from(this.wkb, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  }

  /** Its text. */
  toJSON(): string {
    return this.toString();
  }
}

/**
 * A shape on a plane: Spark's GEOMETRY, since 4.1.
 *
 * @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html
 */
export class Geometry extends Shape {
  /** The kind of its type. */
  override get kind(): 'geometry' {
    return 'geometry';
  }
}

/**
 * A shape on the globe, in longitude and latitude: Spark's GEOGRAPHY, since 4.1.
 *
 * @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html
 */
export class Geography extends Shape {
  /** The kind of its type. */
  override get kind(): 'geography' {
    return 'geography';
  }
}

showAsText(Geometry, 'Geometry');
showAsText(Geography, 'Geography');
