import { crc32, deflateSync } from 'node:zlib';

/** Red, green, blue; 0 to 255 each. */
export type Colour = readonly [number, number, number];

/**
 * A raster to draw on, and its PNG file.
 *
 * The file: signature, then chunks of length (uint32), type (4 letters), data, CRC-32 of type and data:
 * IHDR = width, height (uint32), bit depth 8, colour type 3 (palette), compression 0, filter 0, interlace 0;
 * PLTE = three bytes a colour; IDAT = zlib stream of rows, each a filter byte (0: none) and a palette index for each pixel;
 * IEND = empty.
 * Source: https://www.w3.org/TR/png-3/
 */
export class Raster {
  readonly width: number;
  readonly height: number;
  readonly #rows: Buffer;
  readonly #palette: Colour[] = [];

  constructor(width: number, height: number, background: Colour) {
    this.width = width;
    this.height = height;
    // The first colour of the palette is index 0, which is what the buffer is full of.
    this.#palette.push(background);
    this.#rows = Buffer.alloc(height * (1 + width));
  }

  /** The colour of a pixel; undefined outside. */
  at(x: number, y: number): Colour | undefined {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return undefined;
    return this.#palette[this.#rows[this.#index(x, y)] ?? 0];
  }

  /** What lies outside is left out. */
  rectangle(left: number, top: number, width: number, height: number, colour: Colour): void {
    const ink = this.#inkOf(colour);
    const from = Math.max(0, Math.round(left));
    const to = Math.min(this.width, Math.round(left + width));
    const bottom = Math.min(this.height, Math.round(top + height));
    for (let y = Math.max(0, Math.round(top)); y < bottom && from < to; y += 1) {
      this.#rows.fill(ink, this.#index(from, y), this.#index(to, y));
    }
  }

  disc(centreX: number, centreY: number, radius: number, colour: Colour): void {
    for (let y = Math.floor(centreY - radius); y <= centreY + radius; y += 1) {
      const half = Math.sqrt(Math.max(0, radius ** 2 - (y - centreY) ** 2));
      this.rectangle(centreX - half, y, 2 * half, 1, colour);
    }
  }

  line(fromX: number, fromY: number, toX: number, toY: number, thickness: number, colour: Colour): void {
    const steps = Math.max(1, Math.ceil(Math.hypot(toX - fromX, toY - fromY)));
    const half = thickness / 2;
    for (let step = 0; step <= steps; step += 1) {
      const [x, y] = [fromX + ((toX - fromX) * step) / steps, fromY + ((toY - fromY) * step) / steps];
      this.rectangle(x - half, y - half, thickness, thickness, colour);
    }
  }

  toPng(): Buffer {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(this.width, 0);
    header.writeUInt32BE(this.height, 4);
    header.set([8, 3, 0, 0, 0], 8);
    const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    return Buffer.concat([
      signature,
      chunk('IHDR', header),
      chunk('PLTE', Buffer.from(this.#palette.flat())),
      chunk('IDAT', deflateSync(this.#rows)),
      chunk('IEND', Buffer.alloc(0)),
    ]);
  }

  #inkOf(colour: Colour): number {
    const known = this.#palette.indexOf(colour);
    return known >= 0 ? known : this.#palette.push(colour) - 1;
  }

  #index(x: number, y: number): number {
    return y * (1 + this.width) + 1 + x;
  }
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
