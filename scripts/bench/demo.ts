import type { Benchmark } from './bench.ts';
export const demo: Benchmark = {
  name: 'demo',
  description: '',
  run: () => Promise.resolve({ tables: [], targets: [], figures: {} }),
};
