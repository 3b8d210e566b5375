import { OperatorError } from '../../../settings/index.ts';
import type { BenchContext, Benchmark, BenchResult } from '../bench.ts';
import { demoData } from './demo-data.ts';
import { outage } from './outage.ts';
import { scale } from './scale.ts';
import { takeover } from './takeover.ts';

const PARTS: Readonly<Record<string, (context: BenchContext) => Promise<BenchResult>>> = {
  scale,
  outage,
  demo: demoData,
  takeover,
};

export const alerts: Benchmark = {
  name: 'alerts',
  description:
    'vital-alerts with many patients and episodes, after an outage, with the demo data, and a standby taking over',

  async run(context: BenchContext): Promise<BenchResult> {
    const unknown = context.parts.find((part) => PARTS[part] === undefined);
    if (unknown !== undefined) {
      throw new OperatorError('USAGE', `alerts has no part ${unknown}`, {
        exitCode: 2,
        next: `The parts are ${Object.keys(PARTS).join(', ')}.`,
      });
    }
    const results: [string, BenchResult][] = [];
    for (const [name, run] of Object.entries(PARTS)) {
      if (context.parts.length === 0 || context.parts.includes(name)) results.push([name, await run(context)]);
    }
    return {
      tables: results.flatMap(([, { tables }]) => tables),
      targets: results.flatMap(([, { targets }]) => targets),
      figures: Object.fromEntries(results.map(([name, { figures }]) => [name, figures])),
    };
  },
};
