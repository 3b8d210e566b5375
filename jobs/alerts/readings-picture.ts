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
const LABEL_WIDTH = 80;
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
const DOT = 4;

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
  for (const limit of [worst.lower, worst.upper]) {
    raster.rectangle(LABEL_WIDTH, yOf(limit) - 1, right - LABEL_WIDTH, 2, LIMIT);
    number(raster, limit, LABEL_WIDTH - 12, yOf(limit));
  }
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

/** Writes a whole number to the left of a point, centred on its height and kept within the picture. */
function number(raster: Raster, value: number, right: number, middle: number): void {
  const digits = [...String(Math.abs(value))].map(Number);
  const top = Math.min(Math.max(0, middle - 2.5 * DOT), raster.height - 5 * DOT);
  const left = right - digits.length * 4 * DOT;
  digits.forEach((digit, place) => {
    [...(GLYPHS[digit] ?? '')].forEach((dot, index) => {
      if (dot !== '1') return;
      raster.rectangle(left + (place * 4 + (index % 3)) * DOT, top + Math.floor(index / 3) * DOT, DOT, DOT, INSIDE);
    });
  });
}
