import { join } from 'node:path';
import { provideEnvironment } from './python.ts';
import { AWS_TOOLS } from './versions.ts';
import { type CacheUse, withCache } from './with-cache.ts';

/** Where the tools of the AWS tests are. They are no part of the stack: set up by the first test that needs them. */
export interface AwsTools {
  /** With the modules `moto` and `cfnlint`. */
  readonly python: string;
  readonly shellcheck: string;
  readonly hadolint: string;
}

/** Makes `.cache/venv-aws-tools` unless it is there. */
export function setUpAwsTools(options: Pick<CacheUse, 'signal'> = {}): Promise<AwsTools> {
  return withCache(options, async (context) => {
    const { cache } = context;
    const python = await provideEnvironment(context, {
      label: 'aws tools',
      folder: cache.awsTools,
      runs: 'The emulator of AWS runs',
      ...AWS_TOOLS,
    });
    const program = (name: string) => join(cache.awsTools, 'bin', name);
    return { python, shellcheck: program('shellcheck'), hadolint: program('hadolint') };
  });
}
