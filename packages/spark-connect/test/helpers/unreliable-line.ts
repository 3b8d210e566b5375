/** A line to a server that breaks again and again, in the middle of what it carries: a TCP proxy with a seed. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What happens to a connection. */
type Fault = 'cut' | 'half-close' | 'stall';
const FAULTS: readonly Fault[] = ['cut', 'half-close', 'stall'];

export interface Unreliability {
  readonly seed: number;
  /** A connection breaks after so many bytes from the server at the latest; the least is one. */
  readonly maxBytes: number;
  /** After so many faults the line holds. */
  readonly faults: number;
  /** How long a line that stalls stays silent before it is cut. */
  readonly stallMs: number;
}

export class UnreliableLine {
  readonly remote: string;
  /** How often each fault has happened to a connection that was carrying something. */
  readonly faults: Record<Fault, number> = { cut: 0, 'half-close': 0, stall: 0 };
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #unreliability: Unreliability;
  readonly #random: () => number;
  #isMended = false;

  private constructor(server: Server, unreliability: Unreliability) {
    this.#server = server;
    this.#unreliability = unreliability;
    this.#random = randomNumbers(unreliability.seed);
    this.remote = `sc://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** @param remote the server's address, `sc://host:port` */
  static async to(remote: string, unreliability: Unreliability): Promise<UnreliableLine> {
    const { hostname, port } = new URL(remote.replace('sc:', 'http:'));
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const line = new UnreliableLine(server, unreliability);
    server.on('connection', (client) => line.#join(client, connect(Number(port), hostname)));
    return line;
  }

  get total(): number {
    return this.faults.cut + this.faults['half-close'] + this.faults.stall;
  }

  /** From now on the line holds. */
  mend(): void {
    this.#isMended = true;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket, server: Socket): void {
    const end = () => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.on('error', end).on('close', () => {
        this.#sockets.delete(socket);
        end();
      });
    }
    client.pipe(server);
    let left = 1 + Math.floor(this.#random() * this.#unreliability.maxBytes);
    const fault = FAULTS[Math.floor(this.#random() * FAULTS.length)] ?? 'cut';
    server.on('data', (bytes) => {
      if (this.#isMended || this.total >= this.#unreliability.faults || left > bytes.byteLength) {
        left -= bytes.byteLength;
        // What the client does not read, the server must not send.
        if (!client.write(bytes)) {
          server.pause();
          client.once('drain', () => server.resume());
        }
        return;
      }
      // The client gets the first part of what was sent, and then the fault.
      server.pause().removeAllListeners('data');
      this.faults[fault] += 1;
      client.write(bytes.subarray(0, left), () => this.#strike(fault, client, server, end));
    });
  }

  #strike(fault: Fault, client: Socket, server: Socket, end: () => void): void {
    if (fault === 'cut') {
      client.resetAndDestroy();
      server.resetAndDestroy();
    } else if (fault === 'half-close') {
      // One direction ends in order; the other is open until the peers close it themselves.
      if (this.#random() < 0.5) client.end();
      else server.end();
      server.resume();
      setTimeout(end, this.#unreliability.stallMs);
    } else setTimeout(end, this.#unreliability.stallMs);
  }
}

/** Numbers from 0 to 1 that a seed determines (the generator of Park and Miller). */
function randomNumbers(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
