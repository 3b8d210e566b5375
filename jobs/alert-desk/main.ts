import { command, runCommand } from '../../settings/index.ts';
import { actCommands } from './act-commands.ts';
import { lookCommands } from './look-commands.ts';
import { serveCommand } from './serve-command.ts';

/** `npm run alerts`: what is open, who looks after it, and what is left alone until when. */
await runCommand(async (signal) => {
  const program = command('alerts', 'Shows alerts, and acknowledges and silences them.');
  for (const one of [...lookCommands(), ...actCommands(), serveCommand(signal)]) program.addCommand(one);
  await program.parseAsync(process.argv);
});
