import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../../settings/index.ts';

/*
 * A token is base64url of: version (1 byte), row of alert_outbox (8), end in seconds since the epoch (8), the first 16 bytes of
 * SHA-256 of the episode's id, and the HMAC-SHA-256 of all that (32). It names the notification that carried it, and no patient.
 */
const VERSION = 1;
const PAYLOAD_BYTES = 33;
const MAC_BYTES = 32;
const LENGTH = Math.ceil(((PAYLOAD_BYTES + MAC_BYTES) * 4) / 3);

/** What a link stands for. */
export interface LinkedNotification {
  /** The row of alert_outbox. */
  readonly outboxId: string;
  readonly episodeId: string;
}

export type TokenVerdict =
  | { readonly verdict: 'good'; readonly outboxId: string; matches(episodeId: string): boolean }
  | { readonly verdict: 'expired' }
  /** Not made with our secret, or changed since. */
  | { readonly verdict: 'forged' };

/** @param expiresAtMs milliseconds since the epoch; whole seconds count */
export function signToken({ outboxId, episodeId }: LinkedNotification, expiresAtMs: number, secret: Secret): string {
  const payload = Buffer.alloc(PAYLOAD_BYTES);
  payload.writeUInt8(VERSION, 0);
  payload.writeBigUInt64BE(BigInt(outboxId), 1);
  payload.writeBigUInt64BE(BigInt(Math.floor(expiresAtMs / 1_000)), 9);
  digestOf(episodeId).copy(payload, 17);
  return Buffer.concat([payload, macOf(payload, secret)]).toString('base64url');
}

export function verifyToken(token: string, nowMs: number, secret: Secret): TokenVerdict {
  if (token.length !== LENGTH) return { verdict: 'forged' };
  const bytes = Buffer.from(token, 'base64url');
  // The last character has bits to spare: only one spelling counts.
  if (bytes.length !== PAYLOAD_BYTES + MAC_BYTES || bytes.toString('base64url') !== token) return { verdict: 'forged' };
  const payload = bytes.subarray(0, PAYLOAD_BYTES);
  const isOurs = timingSafeEqual(bytes.subarray(PAYLOAD_BYTES), macOf(payload, secret));
  if (!isOurs || payload.readUInt8(0) !== VERSION) return { verdict: 'forged' };
  if (Number(payload.readBigUInt64BE(9)) * 1_000 <= nowMs) return { verdict: 'expired' };
  return {
    verdict: 'good',
    outboxId: String(payload.readBigUInt64BE(1)),
    matches: (episodeId) => timingSafeEqual(payload.subarray(17), digestOf(episodeId)),
  };
}

function macOf(payload: Buffer, secret: Secret): Buffer {
  // The name keeps a signature made for another purpose from being one for this.
  return createHmac('sha256', secret.reveal()).update('instant-health-alert acknowledge\0').update(payload).digest();
}

function digestOf(episodeId: string): Buffer {
  return createHash('sha256').update(episodeId).digest().subarray(0, 16);
}
