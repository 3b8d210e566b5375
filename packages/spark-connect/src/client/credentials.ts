import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import * as grpc from '@grpc/grpc-js';
import { SparkConnectError } from '../errors.ts';
import { type ConnectionTarget, TOKEN_VARIABLE } from './connection-string.ts';

/**
 * How the line is secured, and the token where the line keeps it secret.
 *
 * @param caFile PEM file of a certificate authority of your own; the system's are used otherwise
 * @throws SparkConnectError `invalid-connection-string` for a token on an open line, `invalid-argument` for a file that
 * is no PEM
 */
export function credentials(target: ConnectionTarget, caFile: string | undefined): grpc.ChannelCredentials {
  const { token } = target;
  if (!target.useTls) {
    // gRPC refuses call credentials on an open line, and so do we: a token readable by everyone on the way is no secret.
    if (token !== undefined && !isLoopback(target.host)) {
      throw new SparkConnectError(
        'invalid-connection-string',
        `a token needs TLS: remove use_ssl=false, or the token (of the address or of ${TOKEN_VARIABLE})`,
      );
    }
    return grpc.credentials.createInsecure();
  }
  const authority = caFile === undefined ? undefined : readCertificates(caFile);
  const channel = grpc.credentials.createSsl(authority, null, null, {
    checkServerIdentity: (_asked, certificate) => checkServerIdentity(target.host, certificate),
  });
  if (token === undefined) return channel;
  const call = grpc.credentials.createFromMetadataGenerator((_parameters, callback) => {
    const metadata = new grpc.Metadata();
    metadata.set('authorization', `Bearer ${token}`);
    callback(null, metadata);
  });
  return grpc.credentials.combineChannelCredentials(channel, call);
}

/**
 * What TLS asks the server for in place of its address: it may ask for names only (RFC 6066), which Node 26 insists on and gRPC does not know.
 * The certificate is compared with the address all the same.
 */
export function serverName({ host, useTls }: ConnectionTarget): grpc.ChannelOptions {
  return useTls && isIP(host) !== 0 ? { 'grpc.ssl_target_name_override': 'address.invalid' } : {};
}

/** The headers that go with every call: those of the address, and on the loopback the token. */
export function fixedHeaders({ headers, token, useTls }: ConnectionTarget): readonly (readonly [string, string])[] {
  const openToken = !useTls && token !== undefined ? [['authorization', `Bearer ${token}`] as const] : [];
  return [...Object.entries(headers), ...openToken];
}

function readCertificates(file: string): Buffer {
  let pem: Buffer;
  try {
    pem = readFileSync(file);
  } catch (cause) {
    throw new SparkConnectError('invalid-argument', `the certificate authority's file ${file} cannot be read`, {
      cause,
    });
  }
  // OpenSSL passes over what it does not know: then no certificate would be trusted, and nothing would say why.
  if (pem.includes('-----BEGIN CERTIFICATE-----') || pem.includes('-----BEGIN TRUSTED CERTIFICATE-----')) return pem;
  throw new SparkConnectError(
    'invalid-argument',
    `${file} has no certificate: caFile wants a PEM file of an authority`,
  );
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
