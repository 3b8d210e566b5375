import type { Benchmark } from './bench.ts';
export const producer: Benchmark = {
  name: 'producer',
  description: '',
  run: () => Promise.resolve({ tables: [], targets: [], figures: {} }),
};
