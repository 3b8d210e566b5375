import { Metadata, status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { hasErrorClass, isRetriable, serverRetryDelayMs } from '../../../src/client/retriable.ts';
import { retryInfo, serviceError } from './service-error.ts';

describe('retriable errors', () => {
  it('are those of a connection that is gone', () => {
    expect(isRetriable(serviceError(status.UNAVAILABLE, 'No connection established'))).to.equal(true);
  });

  it('are those of a response stream that another call took over', () => {
    expect(isRetriable(serviceError(status.INTERNAL, '[INVALID_CURSOR.DISCONNECTED] …'))).to.equal(true);
    expect(isRetriable(serviceError(status.INTERNAL, '[INVALID_CURSOR.POSITION_NOT_FOUND] …'))).to.equal(false);
  });

  it('are those of a server that has counted too many pings, and not every limit', () => {
    const pings = 'Bandwidth exhausted or memory limit exceeded';
    expect(isRetriable(serviceError(status.RESOURCE_EXHAUSTED, pings))).to.equal(true);
    expect(isRetriable(serviceError(status.RESOURCE_EXHAUSTED, 'Received message larger than max'))).to.equal(false);
  });

  it('are those for which the server itself asks for another attempt', () => {
    const error = serviceError(status.RESOURCE_EXHAUSTED, 'busy', retryInfo(1.25));
    expect(isRetriable(error)).to.equal(true);
    expect(serverRetryDelayMs(error)).to.equal(1_250);
  });

  it('are none that tell of the query itself', () => {
    for (const code of [status.INTERNAL, status.INVALID_ARGUMENT, status.UNAUTHENTICATED, status.CANCELLED]) {
      expect(isRetriable(serviceError(code, 'no')), status[code]).to.equal(false);
    }
    expect(isRetriable(new Error('UNAVAILABLE'))).to.equal(false);
    expect(isRetriable(undefined)).to.equal(false);
  });

  it('survive details that a proxy has cut', () => {
    const metadata = new Metadata();
    metadata.set('grpc-status-details-bin', Buffer.from([0x0a, 0xff]));
    expect(serverRetryDelayMs(serviceError(status.INTERNAL, 'cut', metadata))).to.equal(undefined);
    expect(isRetriable(serviceError(status.UNAVAILABLE, 'cut', metadata))).to.equal(true);
  });

  it('carry an error class by name', () => {
    const error = serviceError(status.INTERNAL, '[INVALID_HANDLE.OPERATION_NOT_FOUND] The handle …');
    expect(hasErrorClass(error, 'INVALID_HANDLE.OPERATION_NOT_FOUND')).to.equal(true);
    expect(hasErrorClass(error, 'INVALID_HANDLE.SESSION_NOT_FOUND')).to.equal(false);
    expect(hasErrorClass(new Error('INVALID_HANDLE.OPERATION_NOT_FOUND'), 'INVALID_HANDLE')).to.equal(false);
  });
});
