import { join } from 'node:path';
import { acquireLock } from '../process-lock.mjs';
import { cacheLayout } from './cache.ts';
import { lineProgress } from './progress.ts';
import { provideEnvironment } from './python.ts';
import { AWS_TOOLS } from './versions.ts';

/** Where the tools of the AWS tests are. They are no part of the stack: set up by the first test that needs them. */
export interface AwsTools {
  /** With the modules `moto` and `cfnlint`. */
  readonly python: string;
  readonly shellcheck: string;
  readonly hadolint: string;
}

/** Makes `.cache/venv-aws-tools` unless it is there. */
export async function setUpAwsTools(options: { signal?: AbortSignal } = {}): Promise<AwsTools> {
  const { signal } = options;
  const cache = cacheLayout();
  const release = await acquireLock(join(cache.root, 'set-up.lock'), signal && { signal });
  try {
    const context = { cache, progress: lineProgress(), signal };
    const python = await provideEnvironment(context, {
      label: 'aws tools',
      folder: cache.awsTools,
      runs: 'The emulator of AWS runs',
      ...AWS_TOOLS,
    });
    const program = (name: string) => join(cache.awsTools, 'bin', name);
    return { python, shellcheck: program('shellcheck'), hadolint: program('hadolint') };
  } finally {
    release();
  }
}
