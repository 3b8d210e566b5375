import { expect } from 'chai';
import { parseConnectionString, targetAddress } from '../../../src/client/connection-string.ts';
import { SparkConnectError } from '../../../src/errors.ts';

const SESSION = '01234567-89ab-cdef-0123-456789abcdef';

function refusal(text: string): SparkConnectError {
  try {
    parseConnectionString(text);
  } catch (error) {
    if (error instanceof SparkConnectError) return error;
    throw error;
  }
  throw new Error(`"${text}" was accepted`);
}

describe('connection string', () => {
  it('reads host and port, with the defaults of everything else', () => {
    expect(parseConnectionString('sc://spark.ward.example:15003')).to.deep.equal({
      host: 'spark.ward.example',
      port: 15003,
      useTls: false,
      token: undefined,
      userId: undefined,
      userAgent: undefined,
      sessionId: undefined,
      maxMessageBytes: undefined,
      headers: {},
    });
  });

  for (const [text, address] of [
    ['sc://localhost', 'localhost:15002'],
    ['sc://localhost/', 'localhost:15002'],
    ['sc://localhost;user_id=ada', 'localhost:15002'],
    ['sc://10.0.0.7:1', '10.0.0.7:1'],
    ['sc://10.0.0.7:65535/;', '10.0.0.7:65535'],
    ['sc://[::1]:15003/;user_id=ada', '[::1]:15003'],
    ['sc://[2001:DB8::7]', '[2001:DB8::7]:15002'],
    ['sc://[::ffff:10.0.0.7]:9', '[::ffff:10.0.0.7]:9'],
  ] as const) {
    it(`finds ${address} in ${text}`, () => {
      expect(targetAddress(parseConnectionString(text))).to.equal(address);
    });
  }

  it('keeps an IPv6 host without its brackets', () => {
    expect(parseConnectionString('sc://[::1]').host).to.equal('::1');
  });

  it('knows its own keys and sends every other as a header', () => {
    const target = parseConnectionString(
      `sc://h/;use_ssl=true;token=t0;user_id=ada;user_agent=demo;session_id=${SESSION};grpc_max_message_size=1048576;x-trace=a;x-cluster-id=j-1`,
    );
    expect(target).to.deep.include({
      useTls: true,
      token: 't0',
      userId: 'ada',
      userAgent: 'demo',
      sessionId: SESSION,
      maxMessageBytes: 1_048_576,
      headers: { 'x-trace': 'a', 'x-cluster-id': 'j-1' },
    });
  });

  it('decodes percent-encoded values, "=" and ";" and non-ASCII among them', () => {
    const target = parseConnectionString('sc://h/;user_id=a%3Bb%3Dc;user_agent=Jos%C3%A9%20M;x-plain=a=b+c');
    expect([target.userId, target.userAgent, target.headers['x-plain']]).to.deep.equal(['a;b=c', 'José M', 'a=b+c']);
  });

  it('takes a token for a wish for TLS, unless use_ssl says otherwise', () => {
    expect(parseConnectionString('sc://h/;token=t').useTls).to.equal(true);
    expect(parseConnectionString('sc://h/;token=t;use_ssl=FALSE').useTls).to.equal(false);
    expect(parseConnectionString('sc://h/;use_ssl=True').useTls).to.equal(true);
  });

  it("takes the environment's token where the address has none, with TLS but to localhost", () => {
    const of = (text: string) => {
      const { token, useTls } = parseConnectionString(text, 'env');
      return { token, useTls };
    };
    expect(of('sc://h')).to.deep.equal({ token: 'env', useTls: true });
    expect(of('sc://127.0.0.1')).to.deep.equal({ token: 'env', useTls: true });
    expect(of('sc://localhost')).to.deep.equal({ token: 'env', useTls: false });
    expect(of('sc://localhost/;use_ssl=true')).to.deep.equal({ token: 'env', useTls: true });
    expect(of('sc://h/;use_ssl=false')).to.deep.equal({ token: 'env', useTls: false });
    expect(of('sc://localhost/;token=own')).to.deep.equal({ token: 'own', useTls: true });
    expect(of('sc://h/;authorization=Basic%20x')).to.deep.equal({ token: undefined, useTls: false });
    expect(parseConnectionString('sc://h', '')).to.include({ token: undefined, useTls: false });
    expect(() => parseConnectionString('sc://h', 'a\nb')).to.throw(/SPARK_CONNECT_AUTHENTICATE_TOKEN is no printable/);
  });

  it('ignores empty parameters', () => {
    expect(parseConnectionString('sc://h/;;user_id=ada;').userId).to.equal('ada');
  });

  for (const [text, part] of [
    ['', 'sc://host:port/;key=value'],
    ['localhost:15002', 'sc://host:port/;key=value'],
    ['http://localhost:15002', 'sc://host:port/;key=value'],
    ['SC://localhost', 'sc://host:port/;key=value'],
    ['sc://', 'names no host'],
    ['sc://:15002', 'names no host'],
    ['sc://::1:15002', 'brackets'],
    ['sc://[::1', 'brackets'],
    ['sc://[not-an-ip]:1', 'brackets'],
    ['sc://h:', 'port'],
    ['sc://h:0', 'port'],
    ['sc://h:65536', 'port'],
    ['sc://h:12a', 'port'],
    ['sc://h:-1', 'port'],
    ['sc://h/db', 'path'],
    ['sc://h/;user_id', 'parameter 1 is no key=value'],
    ['sc://h/;=ada', 'parameter 1 is no key=value'],
    ['sc://h/;user_id=a;user_id=b', '"user_id" is given twice'],
    ['sc://h/;user_id=%zz', '"user_id" is not percent-encoded'],
    ['sc://h/;use_ssl=yes', 'use_ssl must be true or false'],
    ['sc://h/;session_id=7', 'session_id must be a UUID'],
    ['sc://h/;grpc_max_message_size=1MB', 'grpc_max_message_size is no number of bytes'],
    ['sc://h/;grpc_max_message_size=0', 'grpc_max_message_size is no number of bytes'],
    ['sc://h/;grpc_max_message_size=4294967296', 'grpc_max_message_size is no number of bytes'],
    ['sc://h/;connection=close', '"connection" cannot be set as a header'],
    ['sc://h/;te=x', '"te" cannot be set as a header'],
    ['sc://h/;grpc-timeout=1S', '"grpc-timeout" cannot be set as a header'],
    ['sc://h/;x-trace-bin=AA', '"x-trace-bin" cannot be set as a header'],
    ['sc://h/;x-trace=Jos%C3%A9', 'the header "x-trace" is no printable ASCII'],
    ['sc://h/;x-trace=a%0Ab', 'the header "x-trace" is no printable ASCII'],
    ['sc://h/;X-Trace=a', 'the key of parameter 1 cannot be the name of a header'],
    ['sc://h/;x trace=a', 'the key of parameter 1 cannot be the name of a header'],
  ] as const) {
    it(`refuses "${text}", naming ${part}`, () => {
      const error = refusal(text);
      expect(error.code).to.equal('invalid-connection-string');
      expect(error.message).to.include(part);
    });
  }

  const SECRET = 's3cr3t-v4lue';
  for (const text of [
    `sc://h/;token=${SECRET};token=${SECRET}`,
    `sc://h/;token=${SECRET}%zz`,
    `sc://h:0/;token=${SECRET}`,
    `sc://h/db;token=${SECRET}`,
    `sc://h/;token=${SECRET};use_ssl=perhaps`,
    `sc://h/;token=${SECRET};session_id=1`,
    `sc://h/;=${SECRET}`,
    `sc://h/;${SECRET}`,
    `sc://h/token=${SECRET}`,
    `sc://token=${SECRET}`,
    `sc://h:${SECRET}`,
    `sc://h/;${SECRET.toUpperCase()}==`,
    `sc://h/;${SECRET}=x;${SECRET}=y`.replaceAll(`${SECRET}=`, `token=${SECRET}`),
    `h/;token=${SECRET}`,
    `sc://h/;token=${SECRET}%C3%A9`,
    `sc://h/;authorization=${SECRET}%0A`,
  ]) {
    it(`never repeats a token: ${text.replaceAll(SECRET, '…')}`, () => {
      const error = refusal(text);
      expect(error.message.toLowerCase()).not.to.include(SECRET);
      expect(String(error.cause ?? '')).not.to.include(SECRET);
    });
  }
});
