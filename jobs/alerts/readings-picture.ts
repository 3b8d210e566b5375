import type { Episode } from './episodes.ts';
import { type Colour, Raster } from './png.ts';

/** Pixels of the file; shown at half the size, so that it is sharp on dense screens. */
export const PICTURE_SIZE = { width: 944, height: 240 } as const;

const PAPER: Colour = [255, 255, 255];
const NORMAL_BAND: Colour = [220, 239, 226];
const LIMIT: Colour = [21, 128, 61];
const INSIDE: Colour = [55, 65, 81];
const OUTSIDE: Colour = [185, 28, 28];
const LINE: Colour = [156, 163, 175];
const LABEL_WIDTH = 92;
const PADDING = 16;

/** Digits of three by five dots, row by row. */
const GLYPHS: readonly string[] = [
  '111101101101111',
  '010110010010111',
  '111001111100111',
  '111001111001111',
  '101101111001001',
  '111100111001111',
  '111100111101111',
  '111001001001001',
  '111101111101111',
  '111101111001111',
];
// Phones show the picture at a third of its size: below six pixels a dot nobody reads the numbers there.
const DOT = 6;
const DIGIT_HEIGHT = 5 * DOT;

/** Draws the last readings of an episode against the band that it left: a PNG without anything that names the patient. */
export function readingsPicture({ recent, worst }: Pick<Episode, 'recent' | 'worst'>): Buffer {
  const { width, height } = PICTURE_SIZE;
  const raster = new Raster(width, height, PAPER);
  const values = [...recent.map(([, value]) => value), worst.lower, worst.upper];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const span = Math.max(1, most - least);
  const yOf = (value: number) => PADDING + ((most - value) / span) * (height - 2 * PADDING);
  const [firstAt, lastAt] = [recent[0]?.[0] ?? 0, recent.at(-1)?.[0] ?? 0];
  const right = width - PADDING;
  const xOf = (atMs: number) =>
    lastAt === firstAt
      ? right - 8
      : LABEL_WIDTH + 12 + ((atMs - firstAt) / (lastAt - firstAt)) * (right - LABEL_WIDTH - 20);
  raster.rectangle(
    LABEL_WIDTH,
    yOf(worst.upper),
    right - LABEL_WIDTH,
    yOf(worst.lower) - yOf(worst.upper),
    NORMAL_BAND,
  );
  const limits = [worst.upper, worst.lower] as const;
  for (const limit of limits) raster.rectangle(LABEL_WIDTH, yOf(limit) - 1, right - LABEL_WIDTH, 2, LIMIT);
  labelTops(yOf(limits[0]), yOf(limits[1]), height).forEach((top, index) => {
    number(raster, limits[index] ?? 0, LABEL_WIDTH - 12, top);
  });
  recent.forEach(([atMs, value], index) => {
    const previous = recent[index - 1];
    if (previous) raster.line(xOf(previous[0]), yOf(previous[1]), xOf(atMs), yOf(value), 3, LINE);
  });
  for (const [atMs, value] of recent) {
    const isOut = value < worst.lower || value > worst.upper;
    raster.disc(xOf(atMs), yOf(value), isOut ? 7 : 5, isOut ? OUTSIDE : INSIDE);
  }
  return raster.toPng();
}

/**
 * Where the numbers of the two limits stand: centred on their lines and kept within the picture, but never one over the other, as
 * they would be where a reading far away makes the band narrow.
 */
export function labelTops(upperLine: number, lowerLine: number, height: number): readonly [number, number] {
  const pitch = DIGIT_HEIGHT + DOT;
  const middle = (upperLine + lowerLine) / 2;
  const half = Math.max(lowerLine - upperLine, pitch) / 2;
  const within = (top: number, least: number, most: number) => Math.min(Math.max(least, top), most);
  const upper = within(middle - half - DIGIT_HEIGHT / 2, 0, height - DIGIT_HEIGHT - pitch);
  return [upper, within(middle + half - DIGIT_HEIGHT / 2, upper + pitch, height - DIGIT_HEIGHT)];
}

/** Writes a whole number to the left of a point, below the given top. */
function number(raster: Raster, value: number, right: number, top: number): void {
  const digits = [...String(Math.abs(value))].map(Number);
  const left = right - digits.length * 4 * DOT;
  digits.forEach((digit, place) => {
    [...(GLYPHS[digit] ?? '')].forEach((dot, index) => {
      if (dot !== '1') return;
      raster.rectangle(left + (place * 4 + (index % 3)) * DOT, top + Math.floor(index / 3) * DOT, DOT, DOT, INSIDE);
    });
  });
}
