import type { ParameterValues } from './stack-parameters.ts';
import { PARAMETERS, type ParameterName } from './template/index.ts';

/** One thing that AWS bills. */
export interface CostItem {
  readonly what: string;
  /** US dollars an hour; null where we know no price. */
  readonly perHour: number | null;
  readonly alsoBilled: string | null;
}

const HOURS_A_MONTH = 730;

// On-demand list prices in us-east-1, US dollars an hour: EC2, and EMR's own on top.
const NODE_PRICES: Readonly<Record<string, { ec2: number; emr: number }>> = {
  'm5.xlarge': { ec2: 0.192, emr: 0.048 },
  'm5.2xlarge': { ec2: 0.384, emr: 0.096 },
  'm6g.xlarge': { ec2: 0.154, emr: 0.0385 },
  'm6i.xlarge': { ec2: 0.192, emr: 0.048 },
  'm7g.xlarge': { ec2: 0.1632, emr: 0.0408 },
  'r5.xlarge': { ec2: 0.252, emr: 0.063 },
};
const DATABASE_PRICES: Readonly<Record<string, number>> = {
  'db.t4g.micro': 0.016,
  'db.t4g.small': 0.032,
  'db.t4g.medium': 0.065,
  'db.m6g.large': 0.152,
};

/** What a stack with these parameters costs while it stands, whether it is used or not. */
export function costItems(parameters: ParameterValues): CostItem[] {
  const inForce = (name: ParameterName) => parameters[name] ?? String(PARAMETERS[name].Default);
  const items = [
    nodes('primary node', inForce('PrimaryInstanceType'), 1),
    nodes('core nodes', inForce('CoreInstanceType'), Number(inForce('CoreInstanceCount'))),
    item('disks of the nodes, key, secret, bucket', 0.02, 'by what is kept'),
  ];
  if (inForce('Variant') === 'sessions') items.push(item('load balancer of the sessions', 0.0225, 'by connections'));
  if (inForce('VpcId') === '') items.push(item('NAT gateway', 0.045, '0.045 per GB'));
  if (inForce('CreateKafka') === 'true')
    items.push(item('MSK Serverless', 0.75, '0.0015 per partition and hour, and by GB'));
  if (inForce('CreateDatabase') === 'true') {
    const type = inForce('DatabaseInstanceClass');
    items.push(item(`RDS MySQL, ${type}`, DATABASE_PRICES[type] ?? null, '0.115 per GB and month: 20 GB'));
  }
  return items;
}

const item = (what: string, perHour: number | null, alsoBilled: string | null = null): CostItem => ({
  what,
  perHour,
  alsoBilled,
});

function nodes(what: string, type: string, count: number): CostItem {
  const price = NODE_PRICES[type];
  return item(`${what}: ${count} × ${type}`, price === undefined ? null : count * (price.ec2 + price.emr));
}

/** Sum of what is known. */
export function costPerHour(items: readonly CostItem[]): number {
  return items.reduce((sum, { perHour }) => sum + (perHour ?? 0), 0);
}

export function costLines(items: readonly CostItem[]): string[] {
  const sum = costPerHour(items);
  const unknown = items.some(({ perHour }) => perHour === null);
  return [
    ...items.map(({ what, perHour, alsoBilled }) => {
      const price = perHour === null ? 'price unknown' : `${perHour.toFixed(3)} $/h`;
      return `${what.padEnd(44)}${price.padStart(14)}${alsoBilled === null ? '' : `  + ${alsoBilled}`}`;
    }),
    `${'together'.padEnd(44)}${`${sum.toFixed(2)} $/h`.padStart(14)}  = ${Math.round(sum * HOURS_A_MONTH)} $ a month${unknown ? ', without what is unknown' : ''}`,
    'List prices of us-east-1 as this version knows them: a hint, not an offer. All of it is billed until `npm run emr -- down`.',
  ];
}
