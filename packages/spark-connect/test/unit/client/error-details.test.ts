import { inspect } from 'node:util';
import { create } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { SparkSession } from '../../../src/api/spark-session.ts';
import { SessionClient } from '../../../src/client/session-client.ts';
import { SparkConnectError } from '../../../src/errors.ts';
import { PlanSchema } from '../../../src/gen/spark/connect/base_pb.js';
import { FakeServer } from './fake-server.ts';
import { errorInfo, serviceError } from './service-error.ts';

const frame = (methodName: string, lineNumber: number) => {
  return { declaringClass: 'org.example.Job', methodName, fileName: 'Job.scala', lineNumber };
};

describe('the details of an error', () => {
  let server: FakeServer;
  let client: SessionClient;
  beforeEach(async () => {
    server = await FakeServer.start();
    client = await SessionClient.connect({ remote: server.address });
  });
  afterEach(() => {
    client.disconnect();
    server.stop();
  });

  async function failed(errorId: string | undefined): Promise<SparkConnectError> {
    const metadata = errorInfo('org.apache.spark.SparkException', errorId === undefined ? {} : { errorId });
    server.turn({ ending: { fail: serviceError(status.INTERNAL, 'Job aborted due to st...', metadata) } });
    try {
      for await (const _ of client.execute(create(PlanSchema)));
    } catch (error) {
      if (error instanceof SparkConnectError) return error;
    }
    throw new Error('expected a failure');
  }

  it('are asked for, and tell the whole message, every cause and the stack', async () => {
    const queryContexts = [{ startIndex: 7, stopIndex: 9, fragment: '1/0', summary: '== SQL ==' }];
    server.errorDetails = {
      rootErrorIdx: 1,
      errors: [
        {
          errorTypeHierarchy: ['org.apache.spark.SparkArithmeticException', 'java.lang.ArithmeticException'],
          message: '[DIVIDE_BY_ZERO] Division by zero.',
          stackTrace: [frame('divide', 7)],
          sparkThrowable: {
            errorClass: 'DIVIDE_BY_ZERO',
            sqlState: '22012',
            messageParameters: { config: 'ansi' },
            queryContexts,
          },
          causeIdx: 1,
        },
        {
          errorTypeHierarchy: ['org.apache.spark.SparkException', 'java.lang.Exception'],
          message: 'Job aborted due to stage failure: task 0 failed',
          stackTrace: [frame('run', 3)],
          causeIdx: 0,
        },
      ],
    };
    const error = await failed('e-1');
    expect(server.calls).to.include('details of e-1');
    expect(error).to.include({
      code: 'execution',
      message: 'Job aborted due to stage failure: task 0 failed',
      exceptionClass: 'org.apache.spark.SparkException',
      errorId: 'e-1',
      grpcCode: status.INTERNAL,
    });
    const cause = error.cause as SparkConnectError;
    expect(cause).to.be.instanceOf(SparkConnectError).and.to.include({
      code: 'execution',
      errorClass: 'DIVIDE_BY_ZERO',
      sqlState: '22012',
      exceptionClass: 'org.apache.spark.SparkArithmeticException',
    });
    expect(cause.messageParameters).to.deep.equal({ config: 'ansi' });
    expect(cause.queryContexts?.[0]).to.include({ contextType: 'sql', startIndex: 7, fragment: '1/0' });
    // The chain points back to its beginning, and ends all the same.
    expect(cause.cause).to.equal(undefined);
    expect(error.serverStackTrace).to.equal(
      [
        'org.apache.spark.SparkException: Job aborted due to stage failure: task 0 failed',
        '\tat org.example.Job.run(Job.scala:3)',
        'Caused by: org.apache.spark.SparkArithmeticException: [DIVIDE_BY_ZERO] Division by zero.',
        '\tat org.example.Job.divide(Job.scala:7)',
      ].join('\n'),
    );
    expect(inspect(error)).to.include('DIVIDE_BY_ZERO').and.not.to.include('Job.scala');
  });

  it("tell a program's own text whole, and the stack of a job apart from it", async () => {
    const described = async (message: string, type: string) => {
      server.errorDetails = { rootErrorIdx: 0, errors: [{ errorTypeHierarchy: [type], message }] };
      return failed('e-1');
    };
    const runtime = 'org.apache.spark.SparkRuntimeException';
    for (const text of ['first\n+- second\n\tat a.B.c(B.java:1)', "a\nDriver stacktrace:\nb;\n'Project\n+- c"]) {
      expect(await described(text, runtime)).to.include({ message: text });
    }
    const stack = '\tat a.B.c(B.java:1)\n\nDriver stacktrace:';
    const job = await described(`Job aborted: first\n+- second\n${stack}`, 'org.apache.spark.SparkException');
    expect(job).to.include({ message: 'Job aborted: first\n+- second', serverStackTrace: stack });
    const analysis = 'org.apache.spark.sql.catalyst.ExtendedAnalysisException';
    expect(await described("no such column;\n'Project ['x]\n+- Range (0, 1)\n", analysis)).to.include({
      message: 'no such column',
    });
  });

  it('are not asked for where the server keeps none', async () => {
    expect((await failed(undefined)).message).to.equal('Job aborted due to st...');
    expect(server.calls.filter((call) => call.startsWith('details'))).to.deep.equal([]);
  });

  it('leave the error as it was told where they are gone, or cannot be had', async () => {
    for (const none of [{}, serviceError(status.INTERNAL, 'a server that fails at its own error')]) {
      server.errorDetails = none;
      const error = await failed('e-2');
      expect(error).to.include({ code: 'execution', message: 'Job aborted due to st...', errorId: 'e-2' });
    }
  });

  describe('and its stack', () => {
    // Mocha keeps all calls of a stack; a program has Node's ten.
    const limit = Error.stackTraceLimit;
    beforeEach(() => {
      Error.stackTraceLimit = 10;
    });
    afterEach(() => {
      Error.stackTraceLimit = limit;
    });

    it('has the line of the program, which is more than ten calls away', async () => {
      const metadata = errorInfo('org.apache.spark.SparkException', { errorId: 'e-1' });
      server.turn({ ending: { fail: serviceError(status.INTERNAL, 'no such table', metadata) } });
      server.errorDetails = { rootErrorIdx: 0, errors: [{ message: 'no such table' }] };
      const session = new SparkSession(client);
      const lineOfTheProgram = async () => await session.range(3).show();
      const error = await lineOfTheProgram().catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(SparkConnectError);
      expect((error as Error).stack)
        .to.contain('SparkConnectError: no such table')
        .and.to.contain('lineOfTheProgram');
      expect(Error.stackTraceLimit).to.equal(10);
    });

    it('is none where the program wants none', () => {
      Error.stackTraceLimit = 0;
      expect(new SparkConnectError('encode', 'no').stack).not.to.contain('    at ');
    });
  });
});
