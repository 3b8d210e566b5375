import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PROJECT_ROOT } from '../../settings/index.ts';
import type { CommandOutcome } from './aws-emulator.ts';

/** Runs what a unit says, as systemd would: environment file, ExecStartPre, then ExecStart in the background. */
const SYSTEMCTL = `#!/usr/bin/env bash
set -euo pipefail
echo "systemctl $*" >> "$NODE/calls"
unit=$NODE/etc/systemd/system/spark-connect.service
value() { sed -n "s/^$1=+\\{0,1\\}//p" "$unit"; }
case $1 in
  restart)
    if [[ -f $NODE/pid ]]; then kill "$(cat "$NODE/pid")" 2> /dev/null || true; fi
    set -a
    # shellcheck disable=SC1090
    source "$NODE$(value EnvironmentFile)"
    for pair in $(value Environment); do export "\${pair?}"; done
    set +a
    eval "$NODE$(value ExecStartPre)" >> "$NODE/calls"
    eval "exec $NODE$(value ExecStart)" < /dev/null > "$NODE/server.log" 2>&1 &
    echo $! > "$NODE/pid"
    ;;
  status) tail -n 5 "$NODE/server.log" ;;
esac
`;

/** In place of Spark's own: says how it was called, then listens. */
const START_CONNECT_SERVER = `#!/usr/bin/env bash
printf '%s\\n' "$@" > "$NODE/server-arguments"
env | grep -E '^(SPARK|PYSPARK)_' | sort > "$NODE/server-environment"
if [[ -f $NODE/broken ]]; then echo 'java.lang.ClassNotFoundException: SparkConnectServer'; exit 1; fi
exec "$PYSPARK_PYTHON" -c "
import os, socket, time
server = socket.create_server(('127.0.0.1', int(os.environ['SPARK_CONNECT_PORT'])))
while True: server.accept()[0].close()
"
`;

/** A directory that is laid out as a node of an EMR cluster, with stand-ins for the programs that need root. */
export class EmrNode {
  readonly folder: string;
  readonly #python: string;

  private constructor(folder: string, python: string) {
    this.folder = folder;
    this.#python = python;
  }

  /** @param python what the node has as python3.11 */
  static async create(python: string): Promise<EmrNode> {
    const node = new EmrNode(await mkdtemp(path.join(tmpdir(), 'instant-health-node-')), python);
    await node.program('bin/sudo', '#!/usr/bin/env bash\nexec "$@"\n');
    await node.program('bin/systemctl', SYSTEMCTL);
    for (const tool of ['iptables', 'ip6tables']) {
      await node.program(
        `bin/${tool}`,
        `#!/usr/bin/env bash\necho "${tool} $*" >> "$NODE/calls"\n[[ $1 != --check ]] || grep -q "${tool} --insert" "$NODE/calls"\n`,
      );
    }
    await node.program('usr/lib/spark/sbin/start-connect-server.sh', START_CONNECT_SERVER);
    return node;
  }

  /** Gives the node a Python 3.11, as releases 7.x do. */
  async withPython(): Promise<void> {
    await this.program('bin/python3.11', `#!/usr/bin/env bash\nexec "${this.#python}" "$@"\n`);
  }

  /** From now on python3.11 makes the environment that is there, anew: as it does it by itself takes seconds. */
  async keepEnvironment(): Promise<void> {
    const made = path.join(this.folder, 'made');
    await cp(path.join(this.folder, 'opt/instant-health/python'), made, { recursive: true, verbatimSymlinks: true });
    await this.program('bin/python3.11', `#!/usr/bin/env bash\n[[ "$1 $2" == '-m venv' ]] && cp -a "${made}" "$3"\n`);
  }

  /** What python-environment.sh would have made. */
  async withEnvironment(): Promise<void> {
    await this.program('opt/instant-health/python/bin/python', `#!/usr/bin/env bash\nexec "${this.#python}" "$@"\n`);
  }

  async program(name: string, text: string): Promise<void> {
    await this.file(name, text);
    await chmod(path.join(this.folder, name), 0o755);
  }

  async file(name: string, text: string): Promise<string> {
    const file = path.join(this.folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    return file;
  }

  read(name: string): Promise<string> {
    return readFile(path.join(this.folder, name), 'utf8');
  }

  /** Runs one of the cluster's scripts on it. */
  run(script: string, args: readonly string[]): Promise<CommandOutcome> {
    const file = path.join(PROJECT_ROOT, 'emr', 'cluster', script);
    const env = {
      PATH: `${path.join(this.folder, 'bin')}:/usr/bin:/bin`,
      NODE: this.folder,
      INSTANT_HEALTH_ROOT: this.folder,
    };
    return new Promise((resolve) =>
      execFile('bash', [file, ...args], { env }, (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1;
        resolve({ code, stdout, stderr });
      }),
    );
  }

  async remove(): Promise<void> {
    const pid = Number(await this.read('pid').catch(() => ''));
    if (pid > 0) {
      try {
        process.kill(pid);
      } catch {
        // It has ended by itself.
      }
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
