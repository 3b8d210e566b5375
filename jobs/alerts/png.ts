import { crc32, deflateSync } from 'node:zlib';

/** Red, green, blue; 0 to 255 each. */
export type Colour = readonly [number, number, number];

/**
 * A raster to draw on, and its PNG file.
 *
 * The file: signature, then chunks of length (uint32), type (4 letters), data, CRC-32 of type and data:
 * IHDR = width, height (uint32), bit depth 8, colour type 2 (RGB), compression 0, filter 0, interlace 0;
 * IDAT = zlib stream of rows, each a filter byte (0: none) and its pixels; IEND = empty.
 * Source: https://www.w3.org/TR/png-3/
 */
export class Raster {
  readonly width: number;
  readonly height: number;
  readonly #rows: Buffer;

  constructor(width: number, height: number, background: Colour) {
    this.width = width;
    this.height = height;
    this.#rows = Buffer.alloc(height * (1 + width * 3));
    this.rectangle(0, 0, width, height, background);
  }

  /** The colour of a pixel; undefined outside. */
  at(x: number, y: number): Colour | undefined {
    const start = this.#index(x, y);
    if (start === undefined) return undefined;
    return [this.#rows[start] ?? 0, this.#rows[start + 1] ?? 0, this.#rows[start + 2] ?? 0];
  }

  /** What lies outside is left out. */
  rectangle(left: number, top: number, width: number, height: number, colour: Colour): void {
    for (let y = Math.round(top); y < Math.round(top + height); y += 1) {
      for (let x = Math.round(left); x < Math.round(left + width); x += 1) this.#set(x, y, colour);
    }
  }

  disc(centreX: number, centreY: number, radius: number, colour: Colour): void {
    for (let y = Math.floor(centreY - radius); y <= centreY + radius; y += 1) {
      for (let x = Math.floor(centreX - radius); x <= centreX + radius; x += 1) {
        if ((x - centreX) ** 2 + (y - centreY) ** 2 <= radius ** 2) this.#set(x, y, colour);
      }
    }
  }

  line(fromX: number, fromY: number, toX: number, toY: number, thickness: number, colour: Colour): void {
    const steps = Math.max(1, Math.ceil(Math.hypot(toX - fromX, toY - fromY)));
    for (let step = 0; step <= steps; step += 1) {
      const part = step / steps;
      this.disc(fromX + (toX - fromX) * part, fromY + (toY - fromY) * part, thickness / 2, colour);
    }
  }

  toPng(): Buffer {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(this.width, 0);
    header.writeUInt32BE(this.height, 4);
    header.set([8, 2, 0, 0, 0], 8);
    const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const data = deflateSync(this.#rows);
    return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
  }

  #set(x: number, y: number, colour: Colour): void {
    const start = this.#index(x, y);
    if (start !== undefined) this.#rows.set(colour, start);
  }

  #index(x: number, y: number): number | undefined {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return undefined;
    return y * (1 + this.width * 3) + 1 + x * 3;
  }
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
