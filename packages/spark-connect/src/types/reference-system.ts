/** The SRID of a type whose values have one each. */
export const ANY_SRID = -1;

/** Longitude and latitude, as GPS has them. */
export const GLOBE_SRID = 4326;

const ANY_CRS = 'SRID:ANY';

/** Systems that have names beside those of the two registries, which are written instead. */
const NAMED: ReadonlyArray<readonly [crs: string, srid: number]> = [
  ['SRID:0', 0],
  ['OGC:CRS84', GLOBE_SRID],
  ['OGC:CRS83', 4269],
  ['OGC:CRS27', 4267],
];

/** EPSG's codes end below. */
const FIRST_OF_ESRI = 32_768;

/** First and last ones of ESRI's own codes among those of EPSG. */
const ESRI_AMONG_EPSG: ReadonlyArray<readonly [first: number, last: number]> = [
  [2181, 2187],
  [4305, 4305],
  [20_062, 20_063],
  [24_721, 24_721],
  [26_761, 26_765],
  [26_788, 26_790],
  [30_591, 30_592],
  [31_491, 31_495],
  [31_917, 31_922],
  [32_059, 32_060],
];

/**
 * The coordinate reference system of an SRID, as Spark's JSON names it, e.g. `EPSG:3857`.
 *
 * Which ones there are only the server knows: three in Spark 4.1, thousands since 4.2.
 */
export function crsOf(srid: number): string {
  if (srid === ANY_SRID) return ANY_CRS;
  const named = NAMED.find(([, namedSrid]) => namedSrid === srid);
  if (named) return named[0];
  const isEsri = srid >= FIRST_OF_ESRI || ESRI_AMONG_EPSG.some(([first, last]) => srid >= first && srid <= last);
  return `${isEsri ? 'ESRI' : 'EPSG'}:${srid}`;
}

/** The SRID of a coordinate reference system; undefined where it is none. */
export function sridOf(crs: string): number | undefined {
  if (crs.toUpperCase() === ANY_CRS) return ANY_SRID;
  const named = NAMED.find(([name]) => name === crs);
  if (named) return named[1];
  const code = /^(?:EPSG|ESRI):(\d{1,9})$/.exec(crs)?.[1];
  return code === undefined ? undefined : Number(code);
}
