import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { commitBatch } from '../../../jobs/alerts/store.ts';
import { entryArguments } from '../../../scripts/entry-command.ts';
import { PROJECT_ROOT } from '../../../settings/index.ts';
import { type AlertDatabase, createAlertDatabase, entry, TOPIC } from '../../helpers/alert-database.ts';
import { EPISODE_ID } from '../../helpers/alert-desk.ts';
import { episode } from '../../helpers/episodes.ts';
import { Command } from '../../helpers/submit.ts';

const ENTRY = 'jobs/alert-desk/main.ts';
const OTHER_ID = 'fedcba9876543210fedcba9876543210';
const GONE_ID = 'ffff9876543210fedcba9876543210ab';

/** The commands of the page, each on a line of its own. */
const documented = [
  ...readFileSync(path.join(PROJECT_ROOT, 'docs/alerts.md'), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm),
]
  .flatMap(([, block = '']) => block.trim().split('\n'))
  .filter((line) => line.startsWith('npm run alerts -- '));

describe('npm run alerts', () => {
  let alerts: AlertDatabase;
  let environment: Record<string, string>;

  before(async () => {
    alerts = await createAlertDatabase('desk');
    environment = { DATABASE_NAME: alerts.database.name, KAFKA_TOPIC: TOPIC };
    await alerts.pool.query(
      "INSERT INTO patients_information VALUES (3, 'Nora Name', 50, 'Ward B', 'Dr Birch', 'birch@example.org')",
    );
    const pending = { id: OTHER_ID, customerId: 5, phase: 'pending' as const, openedAtMs: undefined };
    const changed = [
      episode({ id: EPISODE_ID }),
      episode(pending),
      episode({ id: GONE_ID, customerId: 7, severity: 'critical' }),
    ];
    await commitBatch(alerts.pool, await alerts.lead(), {
      outcome: { changed, dropped: [], progress: new Map() },
      presences: [],
      outbox: [entry('opened', { id: EPISODE_ID })],
    });
  });

  after(() => alerts.close());

  /** A line as it is typed, without npm around it. */
  async function type(line: string): Promise<{ code: number; stdout: string; stderr: string }> {
    const node = line.replace(/^npm run alerts -- /, `node ${entryArguments(ENTRY).join(' ')} `);
    const env = { ...process.env, DEBUG: '', ...environment };
    return await promisify(execFile)('bash', ['-c', node], { cwd: PROJECT_ROOT, env }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
    );
  }

  const EXPECTED: Record<string, RegExp> = {
    list: /^3 episodes pending or open, 0 silences in force\nWARNING +01234567 {2}patient 3, blood pressure too high +open +since 2026-01-05 08:00:10 UTC +worst 211 mmHg \(151–180\)\n.*fedcba98.* pending/,
    show: /Last values +7 readings, 184 to 211 mmHg, last 184 mmHg\n[\s\S]*opened +warning +pending +to birch@/,
    ack: /^acknowledged {2}01234567 {2}patient 3, blood pressure too high \(warning\), by \S+\n$/,
    silence: /^silence 1: patient 3, blood pressure, until .* UTC, by \S+: sensor is being changed\n/,
    unsilence:
      /^silence 1 has ended: patient 3, blood pressure, by \S+\n {2}episodes under it that are still open, and told by a mail: 1/,
    close: /^closed {2}ffff9876 {2}patient 7, blood pressure too high \(critical\), by \S+\n {2}No mail tells of it\./,
    history:
      /^since .* 0 episodes ended\ndone besides[\s\S]*acknowledged by \S+: seen at the bed \(01234567\)\n[\s\S]*silenced by .*: sensor is being changed\n[\s\S]*unsilenced by/,
  };

  for (const line of documented) {
    const [, name = ''] = /^npm run alerts -- (\S+)/.exec(line) ?? [];
    if (name === 'serve') continue;
    it(line, async () => {
      const { code, stdout, stderr } = await type(line);
      expect([code, stderr]).to.deep.equal([0, '']);
      expect(stdout).to.match(EXPECTED[name] ?? /a command that no test knows/);
      expect(stdout).to.not.contain('Nora');
    });
  }

  it('marks what is acknowledged and silenced, for people and for machines', async () => {
    await type('npm run alerts -- silence --patient 3 --until 2100-01-01T00:00Z --reason no').then(
      ({ code, stderr }) => {
        expect([code, stderr].join()).to.match(/^2,.*31 days at most/);
      },
    );
    await type("npm run alerts -- silence --patient 3 --for 1h --critical --by eve --reason 'on purpose'");
    const { stdout } = await type('npm run alerts -- list');
    expect(stdout)
      .to.match(/acknowledged by \S+, silenced until /)
      .and.match(/silence 2: patient 3, critical mails too, .* by eve: on purpose/);
    const { episodes, silences } = JSON.parse((await type('npm run alerts -- list --json')).stdout) as {
      episodes: { episode: { id: string }; acknowledged?: { reason: string }; silence?: { id: string } }[];
      silences: { silence: { id: string } }[];
    };
    expect(episodes[0]).to.deep.include({ silence: silences[0]?.silence });
    expect(episodes.map(({ acknowledged }) => acknowledged?.reason)).to.deep.equal(['seen at the bed', undefined]);
  });

  for (const [args, code, text] of [
    ['ack', 2, 'ack expects either episodes or --patient'],
    ['ack fedc', 1, 'it is pending, not open'],
    ['close fedc', 2, '--reason'],
    ['close --patient 44 --reason x', 1, 'patient 44 has no such episode'],
    ['silence --patient 3 --for 1h', 2, '--reason'],
    ['silence --patient 44 --for 1h --reason x', 1, 'there is no patient 44'],
    ['serve', 2, 'ALERT_LINK_URL and ALERT_LINK_SECRET are not set'],
  ] as const) {
    it(`refuses \`${args}\` in a line that says why`, async () => {
      const { code: ended, stdout, stderr } = await type(`npm run alerts -- ${args}`);
      expect(ended).to.equal(code);
      expect(stdout + stderr)
        .to.contain(text)
        .and.not.match(/\n\s+at /);
    });
  }

  it('serves the links until Ctrl-C, and leaves nothing behind', async () => {
    const link = { ALERT_LINK_URL: 'http://127.0.0.1:1/', ALERT_LINK_SECRET: 's'.repeat(32) };
    const command = new Command(ENTRY, ['serve', '--port', '0'], { ...environment, ...link });
    const url = await command.until(
      ({ errorLines }) => /answered at (\S+);/.exec(errorLines.join())?.[1],
      'serve to listen',
    );
    expect(await (await fetch(`${url}/health`)).json()).to.deep.equal({ status: 'ok' });
    const { code, stderr } = await command.interrupt();
    expect(code).to.equal(130);
    expect(stderr).to.contain('GET /health 200').and.not.contain(link.ALERT_LINK_SECRET);
    expect(documented.some((line) => line.startsWith('npm run alerts -- serve'))).to.equal(true);
  });
});
