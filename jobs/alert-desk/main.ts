import { command, runCommand } from '../../settings/index.ts';
import { episodeCommands } from './episode-commands.ts';
import { lookCommands } from './look-commands.ts';
import { runCommandOf } from './run-command.ts';
import { serveCommand } from './serve-command.ts';
import { silenceCommands } from './silence-commands.ts';

/** `npm run alerts`: what is open, who looks after it, what is left alone until when; and the alerts of `--via topic`. */
await runCommand(async (signal) => {
  const program = command('alerts', 'Shows alerts; acknowledges, closes and silences them.');
  const acts = [...episodeCommands(), ...silenceCommands()];
  for (const one of [...lookCommands(), ...acts, runCommandOf(signal), serveCommand(signal)]) program.addCommand(one);
  await program.parseAsync(process.argv);
});
