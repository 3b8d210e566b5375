import { OperatorError } from '../../settings/index.ts';

const HTTPS_PORT = '443';

/**
 * The address of a session's server, from what GetSessionEndpoint answers: a host, `host:port`, or a URL of one. The port is
 * always named, since a Spark Connect address without one means 15002.
 *
 * @throws OperatorError `EMR_ANSWER_INCOMPLETE` where it is no host
 */
export function serverAddress(endpoint: string): string {
  const match = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d+))?(?:\/.*)?$/i.exec(endpoint.trim());
  const [, host, port = HTTPS_PORT] = match ?? [];
  if (host === undefined) {
    throw new OperatorError('EMR_ANSWER_INCOMPLETE', 'EMR answered with an endpoint that is no host', {
      next: 'Try again; if it stays so, the release may differ from those that this was written for.',
    });
  }
  return `sc://${host}:${port}/;use_ssl=true`;
}
