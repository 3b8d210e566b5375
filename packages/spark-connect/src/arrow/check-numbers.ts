import { type DataType, Decimal } from '../types/index.ts';
import { toInteger, unfit } from './convert-value.ts';

/** @throws UnfitValue for a value that is another one after the cast */
export type Check = (value: unknown) => void;

/** What would be lost where the server casts numbers of a type to another; undefined where nothing is, or the server tells. */
export function checkOfNumber(from: DataType, to: DataType): Check | undefined {
  switch (from.kind) {
    case 'integer':
    case 'long':
      return checkOfWhole(to);
    case 'float':
    case 'double':
      return checkOfFloating(from.kind === 'float' ? Math.fround : Number, to);
    case 'decimal':
      return checkOfDecimal(from.scale, to);
    default:
      return undefined;
  }
}

function checkOfWhole(to: DataType): Check | undefined {
  if (to.kind !== 'float' && to.kind !== 'double') return undefined;
  const nearest = to.kind === 'float' ? Math.fround : Number;
  return (value) => {
    const whole = BigInt(value as number | bigint);
    if (BigInt(nearest(Number(whole))) !== whole) throw unfit(value, to, 'a number that it holds exactly');
  };
}

/** @param nearest makes the nearest number of the type that the values have */
function checkOfFloating(nearest: (value: number) => number, to: DataType): Check | undefined {
  switch (to.kind) {
    case 'byte':
      return (value) => toInteger(value, to, 8);
    case 'short':
      return (value) => toInteger(value, to, 16);
    case 'integer':
      return (value) => toInteger(value, to, 32);
    case 'long':
      return (value) => {
        // Numbers out of range the server refuses.
        if (!Number.isInteger(value)) throw unfit(value, to, 'a whole number');
      };
    case 'decimal':
      return (value) => {
        const number = Number(value);
        if (nearest(Number(number.toFixed(Math.max(0, to.scale)))) !== number) throw unfit(value, to, digits(to.scale));
      };
    default:
      return undefined;
  }
}

function checkOfDecimal(scale: number, to: DataType): Check | undefined {
  const isWhole = to.kind === 'byte' || to.kind === 'short' || to.kind === 'integer' || to.kind === 'long';
  const kept = isWhole ? 0 : to.kind === 'decimal' ? to.scale : scale;
  if (kept >= scale) return undefined;
  return (value) => {
    if (value instanceof Decimal && value.rescale(kept) === undefined) throw unfit(value, to, digits(kept));
  };
}

function digits(scale: number): string {
  return scale === 0 ? 'a whole number' : `at most ${scale} digits behind the point`;
}
