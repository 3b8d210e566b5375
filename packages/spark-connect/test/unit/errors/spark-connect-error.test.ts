import { Buffer } from 'node:buffer';
import { create, toBinary } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { SparkConnectError } from '../../../src/errors.ts';
import { ErrorInfoSchema, RetryInfoSchema } from '../../../src/gen/google/rpc/error_details_pb.js';
import { StatusSchema } from '../../../src/gen/google/rpc/status_pb.js';

interface Sent {
  readonly reason: string;
  readonly metadata: Record<string, string>;
}

function grpcError(code: number, details: string, metadata = new Metadata()): ServiceError {
  return Object.assign(new Error(`${code}: ${details}`), { code, details, metadata });
}

function serverError(message: string, { reason, metadata }: Sent, code: number = status.INTERNAL): ServiceError {
  const info = create(ErrorInfoSchema, { reason, domain: 'org.apache.spark', metadata });
  const sent = create(StatusSchema, {
    code,
    message,
    details: [anyPack(RetryInfoSchema, create(RetryInfoSchema)), anyPack(ErrorInfoSchema, info)],
  });
  const trailer = new Metadata();
  trailer.set('grpc-status-details-bin', Buffer.from(toBinary(StatusSchema, sent)));
  return grpcError(code, message, trailer);
}

describe('SparkConnectError.from', () => {
  it('reads everything that Spark 4 sends', () => {
    const sent = serverError(
      '[TABLE_OR_VIEW_NOT_FOUND] The table or view `t` cannot be found. SQLSTATE: 42P01; line 1 pos 14;\n' +
        "'Project [*]\n+- 'UnresolvedRelation [t], [], false\n",
      {
        reason: 'org.apache.spark.sql.catalyst.ExtendedAnalysisException',
        metadata: {
          classes:
            '["org.apache.spark.sql.catalyst.ExtendedAnalysisException","org.apache.spark.sql.AnalysisException","java.lang.Exc...',
          errorClass: 'TABLE_OR_VIEW_NOT_FOUND',
          sqlState: '42P01',
          messageParameters: '{"relationName":"`t`"}',
          errorId: 'e-1',
          stackTrace: 'org.apache.spark.sql.AnalysisException: …',
        },
      },
    );
    const error = SparkConnectError.from(sent);
    expect(error.message).to.equal(
      '[TABLE_OR_VIEW_NOT_FOUND] The table or view `t` cannot be found. SQLSTATE: 42P01; line 1 pos 14',
    );
    expect(error).to.include({
      code: 'analysis',
      errorClass: 'TABLE_OR_VIEW_NOT_FOUND',
      sqlState: '42P01',
      errorId: 'e-1',
      grpcCode: status.INTERNAL,
      serverStackTrace: 'org.apache.spark.sql.AnalysisException: …',
      cause: sent,
    });
    expect(error.messageParameters).to.deep.equal({ relationName: '`t`' });
  });

  it('finds class and state in the message where metadata lacks them, as on 3.5', () => {
    const error = SparkConnectError.from(
      serverError(
        '[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column `x` cannot be resolved. SQLSTATE: 42703; line 1 pos 7;\n' +
          "'Project ['x]\n+- Range (0, 3, step=1)\n",
        { reason: 'org.apache.spark.sql.catalyst.ExtendedAnalysisException', metadata: { classes: '[]' } },
      ),
    );
    expect(error).to.include({
      code: 'analysis',
      errorClass: 'UNRESOLVED_COLUMN.WITH_SUGGESTION',
      sqlState: '42703',
    });
    expect(error.message).to.match(/line 1 pos 7$/);
    expect(error).not.to.have.any.keys('messageParameters', 'serverStackTrace', 'errorId');
  });

  it('keeps the marked SQL text of a syntax error', () => {
    const message =
      "\n[PARSE_SYNTAX_ERROR] Syntax error at or near 'selec'. SQLSTATE: 42601 (line 1, pos 0)\n\n== SQL ==\nselec 1\n^^^\n";
    const error = SparkConnectError.from(
      serverError(message, { reason: 'org.apache.spark.sql.catalyst.parser.ParseException', metadata: {} }),
    );
    expect(error).to.include({ code: 'analysis', message: message.trim() });
  });

  it("moves Java's stack out of the message", () => {
    const error = SparkConnectError.from(
      serverError(
        'Job aborted due to stage failure: java.lang.RuntimeException: boom\n\tat org.apache.spark.X.run(X.scala:1)\n\nDriver stacktrace:',
        { reason: 'org.apache.spark.SparkException', metadata: {} },
      ),
    );
    expect(error.message).to.equal('Job aborted due to stage failure: java.lang.RuntimeException: boom');
    expect(error.serverStackTrace).to.match(/^\tat org\.apache\.spark\.X\.run/);
    expect(error.code).to.equal('execution');
  });

  it('takes the stack of a failed job from a message that the server has cut off', () => {
    const sent = 'boom\nand more\n\tat a.B.c(B.java:1)\nCaused by: d.E: why\n\t... 3 more\n\tat a.B.wri...';
    const error = SparkConnectError.from(
      serverError(sent, { reason: 'org.apache.spark.SparkException', metadata: {} }),
    );
    expect(error.message).to.equal('boom\nand more');
    expect(error.serverStackTrace).to.equal(sent.slice(sent.indexOf('\tat')));
  });

  const own = [
    'first\nsecond\n+- third\nfourth',
    'disk full\n   at /mnt/x(3)\nplease free space',
    'disk full\n\tat a.B.c(B.java:1)\nplease free space',
    "Column list:\n'Status is bad\nend",
    'a\nDriver stacktrace:\nb',
    "tried;\n'Project [x]\n+- Range (0, 1)\nand again;",
    'see the Resolution note:',
  ];
  for (const text of own) {
    it(`keeps every word of a program's own error: ${JSON.stringify(text)}`, () => {
      for (const message of [text, `[USER_RAISED_EXCEPTION] ${text} SQLSTATE: P0001`]) {
        const sent = serverError(message, { reason: 'org.apache.spark.SparkRuntimeException', metadata: {} });
        expect(SparkConnectError.from(sent)).to.include({ message });
      }
      const job = `Job aborted due to stage failure: java.lang.RuntimeException: ${text}`;
      const stack = '\tat org.apache.spark.X.run(X.scala:1)\n\nDriver stacktrace:';
      const failed = serverError(`${job}\n${stack}`, { reason: 'org.apache.spark.SparkException', metadata: {} });
      expect(SparkConnectError.from(failed)).to.include({ message: job, serverStackTrace: stack });
    });
  }

  it("takes a plan from an analysis error only, and nothing before it that is a program's own", () => {
    const name = "a;\n'Project\n+- b";
    const told = `[UNRESOLVED_COLUMN] A column \`${name}\` cannot be resolved. SQLSTATE: 42703`;
    const raw = `${told};\n'Project ['c]\n+- Range (0, 1, step=1)\n`;
    const from = (reason: string) => SparkConnectError.from(serverError(raw, { reason, metadata: {} })).message;
    expect(from('org.apache.spark.sql.catalyst.ExtendedAnalysisException')).to.equal(told);
    expect(from('org.apache.spark.sql.catalyst.parser.ParseException')).to.equal(raw.trim());
    const alone = `${told}; line 1 pos 7;\n'UnresolvedRelation [nope], [], false\n`;
    const reason = 'org.apache.spark.sql.catalyst.ExtendedAnalysisException';
    expect(SparkConnectError.from(serverError(alone, { reason, metadata: {} })).message).to.equal(
      `${told}; line 1 pos 7`,
    );
  });

  const byServer: ReadonlyArray<readonly [string, Record<string, string>, string]> = [
    ['org.apache.spark.sql.streaming.StreamingQueryException', {}, 'query-failed'],
    [
      'org.apache.spark.SparkNumberFormatException',
      { classes: '["java.lang.NumberFormatException","java.lang.IllegalArgumentException"]' },
      'execution',
    ],
    ['java.lang.IllegalArgumentException', {}, 'invalid-argument'],
    ['java.util.NoSuchElementException', {}, 'not-found'],
    ['org.apache.spark.SparkSQLException', { errorClass: 'INVALID_HANDLE.SESSION_CLOSED' }, 'session-closed'],
    ['org.apache.spark.SparkSQLException', { errorClass: 'INVALID_HANDLE.OPERATION_NOT_FOUND' }, 'not-found'],
    ['org.apache.spark.SparkSQLException', { errorClass: 'OPERATION_CANCELED' }, 'aborted'],
  ];
  for (const [reason, metadata, code] of byServer) {
    it(`takes ${metadata.errorClass ?? reason} for ${code}`, () => {
      expect(SparkConnectError.from(serverError('it failed', { reason, metadata }))).to.include({ code });
    });
  }

  const byStatus: ReadonlyArray<readonly [number, string]> = [
    [status.UNAVAILABLE, 'unavailable'],
    [status.UNAUTHENTICATED, 'unauthenticated'],
    [status.PERMISSION_DENIED, 'unauthenticated'],
    [status.CANCELLED, 'aborted'],
    [status.DEADLINE_EXCEEDED, 'timeout'],
    [status.UNIMPLEMENTED, 'unsupported'],
    [status.UNKNOWN, 'protocol'],
  ];
  for (const [grpcCode, code] of byStatus) {
    it(`takes a bare gRPC status ${grpcCode} for ${code}`, () => {
      expect(SparkConnectError.from(grpcError(grpcCode, 'no details'), 'protocol')).to.include({ code, grpcCode });
    });
  }

  it('survives details that were cut off', () => {
    const trailer = new Metadata();
    trailer.set('grpc-status-details-bin', Buffer.from([0x1a, 0xff]));
    const error = SparkConnectError.from(grpcError(status.UNAVAILABLE, 'gone. Resolution note: ', trailer));
    expect(error).to.include({ code: 'unavailable', message: 'gone.' });
  });

  it('keeps its own kind, and knows how a signal fired', () => {
    const own = new SparkConnectError('handler', 'mine');
    expect(SparkConnectError.from(own, 'internal')).to.equal(own);
    expect(SparkConnectError.from(AbortSignal.abort().reason)).to.include({ code: 'aborted' });
    expect(SparkConnectError.from(new DOMException('late', 'TimeoutError'))).to.include({ code: 'timeout' });
    const other = new TypeError('no');
    expect(SparkConnectError.from(other)).to.include({ code: 'internal', message: 'no', cause: other });
    expect(SparkConnectError.from('text', 'encode')).to.include({ code: 'encode', message: 'text', cause: 'text' });
  });
});
