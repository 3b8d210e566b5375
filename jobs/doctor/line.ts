import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { codeOf, messageOf, OperatorError } from '../../settings/index.ts';
import type { Check } from './check.ts';

/** Where a service is, and the setting that says so. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

const DNS_LIMIT_MS = 10_000;
const CONNECT_LIMIT_MS = 8_000;

interface LineOptions {
  readonly link: string;
  /** Names the setting that the address comes from. */
  readonly setting: string;
  readonly after: readonly Check[];
  addresses(): readonly Address[];
}

/** The two checks that come before any protocol: the name is known, and something listens. */
export function lineChecks({ link, setting, after, addresses }: LineOptions): { dns: Check; port: Check } {
  const dns: Check = {
    link,
    from: 'here',
    what: 'dns',
    after,
    limitMs: DNS_LIMIT_MS,
    next: `Check the host in ${setting}, and this machine's name server.`,
    run: async () => (await Promise.all([...new Set(addresses().map(({ host }) => host))].map(resolved))).join(', '),
  };
  const port: Check = {
    link,
    from: 'here',
    what: 'port',
    after: [dns],
    limitMs: CONNECT_LIMIT_MS,
    next: `Check ${setting}, that the service runs, and security groups and firewalls on the way.`,
    run: async (signal) => {
      await Promise.all(addresses().map((address) => opened(address, signal)));
      return addresses().map(shown).join(', ');
    },
  };
  return { dns, port };
}

export function shown({ host, port }: Address): string {
  return `${host}:${port}`;
}

/** `host:port`, also with an IPv6 address in brackets. */
export function addressOf(text: string): Address {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}

async function resolved(host: string): Promise<string> {
  if (isIP(host) !== 0) return host;
  try {
    return `${host} is ${(await lookup(host)).address}`;
  } catch (error) {
    throw new OperatorError('HOST_UNKNOWN', `${host} is not known (${codeOf(error)})`, { cause: error });
  }
}

/** @throws OperatorError `PORT_CLOSED` where nothing takes the connection */
export async function opened(address: Address, signal: AbortSignal): Promise<void> {
  const socket = connectPlain(address.port, address.host);
  try {
    await once(socket, 'connect', { signal });
  } catch (error) {
    throw new OperatorError('PORT_CLOSED', `nothing answers at ${shown(address)} (${codeOf(error)})`, { cause: error });
  } finally {
    letGo(socket);
  }
}

/**
 * Shakes hands over TLS.
 *
 * @param ca PEM text of the authority; the system's where undefined
 * @returns the protocol's version
 * @throws OperatorError `TLS_UNTRUSTED`
 */
export async function secured(
  address: Address,
  { ca, alpn }: { readonly ca?: string | undefined; readonly alpn?: string },
  signal: AbortSignal,
): Promise<string> {
  const { host, port } = address;
  const socket: TLSSocket = connectTls({
    host,
    port,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(alpn === undefined ? {} : { ALPNProtocols: [alpn] }),
  });
  try {
    await once(socket, 'secureConnect', { signal });
    return socket.getProtocol() ?? 'TLS';
  } catch (error) {
    throw new OperatorError('TLS_UNTRUSTED', `no trusted TLS at ${shown(address)}: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    letGo(socket);
  }
}

function letGo(socket: Socket): void {
  socket.on('error', () => {});
  socket.destroy();
}
