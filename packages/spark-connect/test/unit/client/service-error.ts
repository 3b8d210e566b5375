/** gRPC errors as a server sends them, for tests. */
import { create, toBinary } from '@bufbuild/protobuf';
import { Metadata, type ServiceError, type status } from '@grpc/grpc-js';
import { ErrorInfoSchema, RetryInfoSchema } from '../../../src/gen/google/rpc/error_details_pb.js';
import { StatusSchema } from '../../../src/gen/google/rpc/status_pb.js';

export function serviceError(code: status, details: string, metadata = new Metadata()): ServiceError {
  return Object.assign(new Error(`${code}: ${details}`), { code, details, metadata });
}

/** Trailers in which the server asks for another attempt after so many seconds. */
export function retryInfo(seconds: number): Metadata {
  const retryDelay = { seconds: BigInt(Math.trunc(seconds)), nanos: Math.round((seconds % 1) * 1e9) };
  return statusDetails('RetryInfo', toBinary(RetryInfoSchema, create(RetryInfoSchema, { retryDelay })));
}

/** Trailers in which the server describes its exception. */
export function errorInfo(exceptionClass: string, metadata: Record<string, string> = {}): Metadata {
  const info = create(ErrorInfoSchema, { reason: exceptionClass, domain: 'org.apache.spark', metadata });
  return statusDetails('ErrorInfo', toBinary(ErrorInfoSchema, info));
}

function statusDetails(type: string, value: Uint8Array): Metadata {
  const details = [{ typeUrl: `type.googleapis.com/google.rpc.${type}`, value }];
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(toBinary(StatusSchema, create(StatusSchema, { details }))));
  return metadata;
}
