import {
  type Capability,
  CreateStackCommand,
  DeleteStackCommand,
  type Parameter,
  type Stack,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { awsError, type Logger, messageOf, OperatorError } from '../settings/index.ts';
import type { Clients } from './clients.ts';
import { clusterScripts, scriptsPrefix, uploadScripts } from './cluster-scripts.ts';
import { lastEvent, type Settled, settle, stackFailure } from './follow-stack.ts';
import { findStack, outputOf, parameterOf } from './stack.ts';
import type { ParameterValues } from './stack-parameters.ts';
import { clusterStatus } from './status.ts';
import { type ParameterName, STACK_TAG_KEY, TEMPLATE } from './template/index.ts';

export interface UpOptions {
  readonly stack: string;
  /** What was asked for; everything else stays as it is, or is the default. */
  readonly parameters: ParameterValues;
  /** Lets CloudFormation replace the cluster or the database, which deletes what they hold. */
  readonly allowReplacement: boolean;
  readonly timeoutMs: number;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

// Nothing has a name of its own, so that stacks can stand beside each other.
const CAPABILITIES: Capability[] = ['CAPABILITY_IAM'];

const allowAll = { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' };
/** Readings are in HDFS and in the database: no update may replace these two by the way. */
const STACK_POLICY = JSON.stringify({
  Statement: [
    allowAll,
    {
      Effect: 'Deny',
      Action: ['Update:Replace', 'Update:Delete'],
      Principal: '*',
      Resource: ['LogicalResourceId/Cluster', 'LogicalResourceId/Database'],
    },
  ],
});

/**
 * Makes everything, or brings it to what is asked for. The bucket comes first, with the cluster's scripts, then the
 * cluster. Run again it goes on where it was, and changes nothing where nothing is to be changed.
 *
 * @returns the stack, complete
 * @throws OperatorError with what failed first and the next step
 */
export async function up(clients: Clients, options: UpOptions): Promise<Stack> {
  const { stack: name, log } = options;
  let stack = await settledStack(clients, options);
  requireVpc(stack, options.parameters);
  if (stack?.StackStatus === 'ROLLBACK_COMPLETE') {
    log.info('removing what an earlier attempt has left');
    await removeRemainder(clients, stack, options);
    stack = undefined;
  }
  if (stack === undefined) {
    log.info(`creating stack ${name}: network, roles, bucket`);
    stack = await create(clients, options);
  } else if (!/^(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/.test(stack.StackStatus ?? '')) {
    throw new OperatorError('EMR_STACK_BROKEN', `Stack ${name} is ${stack.StackStatus} and cannot be changed`, {
      next: 'Remove it with `npm run emr -- down`, then run `up` again.',
    });
  }
  stack = await withoutDeadCluster(clients, stack, options);
  const prefix = prefixFor(stack, options);
  const bucket = outputOf(stack, 'BucketName');
  if (bucket === undefined)
    throw new OperatorError('EMR_STACK_FOREIGN', `Stack ${name} is none of ours`, { exitCode: 2 });
  await uploadScripts(clients, bucket, prefix);
  return await update(clients, stack, options, { HasCluster: 'true', ScriptsPrefix: prefix });
}

/** Subnets without their VPC count for nothing: a network of its own, with a NAT gateway, would be made and billed. */
function requireVpc(stack: Stack | undefined, { VpcId, SubnetIds }: ParameterValues): void {
  const vpc = VpcId ?? (stack === undefined ? undefined : parameterOf(stack, 'VpcId'));
  if (!SubnetIds || vpc) return;
  throw new OperatorError('PARAMETER_INVALID', 'SubnetIds needs VpcId as well', {
    exitCode: 2,
    next: '`npm run emr -- up --help` lists the parameters.',
  });
}

/** A cluster that has ended cannot be started again, and CloudFormation does not notice: it makes room for another. */
async function withoutDeadCluster(clients: Clients, stack: Stack, options: UpOptions): Promise<Stack> {
  const id = outputOf(stack, 'ClusterId');
  if (id === undefined) return stack;
  const { state, reason } = await clusterStatus(clients, id);
  if (!state.startsWith('TERMINATED')) return stack;
  options.log.warn(`cluster ${id} is ${state}${reason ? ` (${reason})` : ''}: another one is made`);
  return await update(clients, stack, { ...options, allowReplacement: true }, { HasCluster: 'false' });
}

/** The stack once nothing is in progress: somebody else may be at it. */
async function settledStack(clients: Clients, { stack: name, ...options }: UpOptions): Promise<Stack | undefined> {
  const found = await findStack(clients, name);
  if (found?.StackId === undefined || !found.StackStatus?.endsWith('_IN_PROGRESS')) return found;
  options.log.info(`stack ${name} is ${found.StackStatus}: waiting`);
  return (await settle(clients, found.StackId, { ...options, since: await lastEvent(clients, found.StackId) })).stack;
}

async function create(clients: Clients, options: UpOptions): Promise<Stack> {
  const { stack: name, parameters } = options;
  const stackId = await clients.cloudFormation
    .send(
      new CreateStackCommand({
        StackName: name,
        TemplateBody: JSON.stringify(TEMPLATE),
        Parameters: Object.entries({ ...parameters, HasCluster: 'false' }).map(asParameter),
        Capabilities: CAPABILITIES,
        StackPolicyBody: STACK_POLICY,
        Tags: [{ Key: STACK_TAG_KEY, Value: name }],
      }),
    )
    .then(({ StackId }) => StackId ?? name)
    .catch((error: unknown) => {
      throw awsError(error, `create stack ${name}`, clients.region);
    });
  const settled = await settle(clients, stackId, { ...options, since: undefined });
  return complete(name, settled, 'CREATE_COMPLETE');
}

async function update(clients: Clients, stack: Stack, options: UpOptions, own: ParameterValues): Promise<Stack> {
  const { stack: name, allowReplacement, log } = options;
  const since = await lastEvent(clients, stack.StackId ?? name);
  try {
    await clients.cloudFormation.send(
      new UpdateStackCommand({
        StackName: name,
        TemplateBody: JSON.stringify(TEMPLATE),
        Parameters: updateParameters(stack, { ...options.parameters, ...own }),
        Capabilities: CAPABILITIES,
        ...(allowReplacement ? { StackPolicyDuringUpdateBody: JSON.stringify({ Statement: [allowAll] }) } : {}),
      }),
    );
  } catch (error) {
    if (/no updates are to be performed/i.test(messageOf(error))) {
      log.info(`stack ${name} is as it should be`);
      return stack;
    }
    throw awsError(error, `update stack ${name}`, clients.region);
  }
  const had = parameterOf(stack, 'HasCluster') === 'true';
  log.info(had ? 'changing the stack' : 'adding the cluster: some ten minutes');
  const settled = await settle(clients, stack.StackId ?? name, { ...options, since });
  return complete(name, settled, 'UPDATE_COMPLETE');
}

/** What is not given keeps its value; what this version of the template has added gets its default. */
function updateParameters(stack: Stack, given: ParameterValues): Parameter[] {
  const names = Object.keys(TEMPLATE.Parameters) as ParameterName[];
  return names.flatMap((name) => {
    const value = given[name] ?? parameterOf(stack, name);
    return value === undefined ? [] : [asParameter([name, value])];
  });
}

const asParameter = ([ParameterKey, ParameterValue]: [string, string]): Parameter => ({ ParameterKey, ParameterValue });

/** A cluster cannot get other scripts without being replaced: it keeps those that it was made with. */
function prefixFor(stack: Stack, { allowReplacement }: UpOptions): string {
  const inUse = parameterOf(stack, 'HasCluster') === 'true' ? parameterOf(stack, 'ScriptsPrefix') : undefined;
  return inUse === undefined || allowReplacement ? scriptsPrefix(clusterScripts()) : inUse;
}

function complete(name: string, settled: Settled, wanted: string): Stack {
  if (settled.stack === undefined || settled.status !== wanted) throw stackFailure(name, settled);
  return settled.stack;
}

async function removeRemainder(clients: Clients, stack: Stack, options: UpOptions): Promise<void> {
  const id = stack.StackId ?? options.stack;
  const since = await lastEvent(clients, id);
  await clients.cloudFormation.send(new DeleteStackCommand({ StackName: id })).catch((error: unknown) => {
    throw awsError(error, `delete stack ${options.stack}`, clients.region);
  });
  const settled = await settle(clients, id, { ...options, since });
  if (settled.stack !== undefined) throw stackFailure(options.stack, settled);
}
