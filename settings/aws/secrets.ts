import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import type { Environment } from '../environment.ts';
import { OperatorError } from '../operator-error.ts';
import { awsError } from './aws-error.ts';
import { awsClientOptions, awsRegion } from './region.ts';

/** As RDS, MSK and the template of this project write their secrets. */
const loginSchema = z.object({ username: z.string().min(1), password: z.string().min(1) });

/**
 * Reads a user name and a password from Secrets Manager.
 *
 * @param id ARN or name
 * @param variable where the id came from, for messages
 * @throws OperatorError that never repeats what is in the secret
 */
export async function readLogin(
  environment: Environment,
  id: string,
  variable: string,
): Promise<{ user: string; password: string }> {
  const client = new SecretsManagerClient(regionOfArn(id) ?? awsClientOptions(environment));
  let text: string | undefined;
  try {
    ({ SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: id })));
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') {
      throw new OperatorError('SECRET_UNKNOWN', `${variable}: Secrets Manager has no secret ${id}`, {
        cause: error,
        exitCode: 2,
        next: `Check ${variable} and AWS_REGION.`,
      });
    }
    throw awsError(error, `read the secret of ${variable}`, awsRegion(environment));
  } finally {
    client.destroy();
  }
  const login = loginSchema.safeParse(parseJson(text));
  if (login.success) return { user: login.data.username, password: login.data.password };
  throw new OperatorError('SECRET_UNUSABLE', `${variable}: the secret ${id} has no user name and password`, {
    exitCode: 2,
    next: 'It is a JSON object with the texts username and password.',
  });
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** A secret may be in another region than the rest: its ARN says so. */
function regionOfArn(id: string): { region: string; maxAttempts: number } | undefined {
  const region = /^arn:[\w-]+:secretsmanager:([\w-]+):/.exec(id)?.[1];
  return region === undefined ? undefined : { region, maxAttempts: 4 };
}
