// npm run build -w packages/spark-connect, and before `npm pack`: the client as it is published.
import { join } from 'node:path';
import { runCommand } from '../../settings/index.ts';
import { buildClient, CLIENT_PACKAGE } from './build-client.ts';

await runCommand(async (signal) => {
  await buildClient(join(CLIENT_PACKAGE, 'dist'), signal);
});
