import { command, runCommand } from '../../settings/index.ts';
import { actCommands } from './act-commands.ts';
import { lookCommands } from './look-commands.ts';
import { runCommandOf } from './run-command.ts';
import { serveCommand } from './serve-command.ts';

/** `npm run alerts`: what is open, who looks after it, what is left alone until when; and the alerts of `--via topic`. */
await runCommand(async (signal) => {
  const program = command('alerts', 'Shows alerts, and acknowledges and silences them.');
  for (const one of [...lookCommands(), ...actCommands(), runCommandOf(signal), serveCommand(signal)])
    program.addCommand(one);
  await program.parseAsync(process.argv);
});
