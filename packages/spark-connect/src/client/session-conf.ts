import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { invalid } from '../errors.ts';
import { ConfigRequest_OperationSchema, type ConfigResponse } from '../gen/spark/connect/base_pb.js';
import type { RetryPolicy } from './retry-policy.ts';

/** Sends one configuration call of a session. */
export type ConfigCall = (
  operation: ReturnType<typeof operationMessage>,
  options: ConfigCallOptions,
) => Promise<ConfigResponse>;

/** How a call is made, where the session's own way does not fit. */
export interface ConfigCallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly retryPolicy?: RetryPolicy | undefined;
}

type OperationInit = MessageInitShape<typeof ConfigRequest_OperationSchema>;

function operationMessage(init: OperationInit) {
  return create(ConfigRequest_OperationSchema, init);
}

/**
 * The session's runtime configuration, read and written on the server.
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/configuration.html
 */
export class SessionConf {
  readonly #call: ConfigCall;
  readonly #options: ConfigCallOptions;

  constructor(call: ConfigCall, options: ConfigCallOptions = {}) {
    this.#call = call;
    this.#options = options;
  }

  /** The same configuration, with every call made under these options. */
  withOptions(options: ConfigCallOptions): SessionConf {
    return new SessionConf(this.#call, { ...this.#options, ...options });
  }

  /**
   * The value of a key. It is an empty text, too, where Spark knows the key and it has neither a value nor a default;
   * {@link getOption} tells the two apart.
   *
   * @param fallback the value where the key is not set, also in place of Spark's own default
   * @throws SparkConnectError with Spark's `SQL_CONF_NOT_FOUND` where the key is not set, and neither has a default nor is given one
   */
  async get(key: string, fallback?: string | number | boolean): Promise<string> {
    const response = await this.#send({
      opType:
        fallback === undefined
          ? { case: 'get', value: { keys: [key] } }
          : { case: 'getWithDefault', value: { pairs: [{ key, value: String(fallback) }] } },
    });
    return response.pairs[0]?.value ?? '';
  }

  /** The value, or undefined where the key is not set and has no default. */
  async getOption(key: string): Promise<string | undefined> {
    return (await this.getOptions([key]))[0];
  }

  /** The values of several keys in one call, in their order. */
  async getOptions(keys: readonly string[]): Promise<(string | undefined)[]> {
    const response = await this.#send({ opType: { case: 'getOption', value: { keys: [...keys] } } });
    const values = new Map(response.pairs.map(({ key, value }) => [key, value]));
    return keys.map((key) => values.get(key));
  }

  /** All keys that are set, or those below a prefix (then without it). */
  async getAll(prefix?: string): Promise<Record<string, string>> {
    const response = await this.#send({ opType: { case: 'getAll', value: prefix === undefined ? {} : { prefix } } });
    return Object.fromEntries(response.pairs.map(({ key, value }) => [key, value ?? '']));
  }

  /** Sets one key. @throws SparkConnectError invalid-argument for undefined */
  async set(key: string, value: string | number | bigint | boolean): Promise<void> {
    await this.setAll({ [key]: value });
  }

  /** Sets several keys in one call. @throws SparkConnectError invalid-argument for undefined */
  async setAll(values: Readonly<Record<string, string | number | bigint | boolean>>): Promise<void> {
    const pairs = Object.entries(values).map(([key, value]) => ({ key, value: settingText(key, value) }));
    await this.#send({ opType: { case: 'set', value: { pairs } } });
  }

  /** Back to the defaults. */
  async unset(...keys: string[]): Promise<void> {
    await this.#send({ opType: { case: 'unset', value: { keys } } });
  }

  /** Whether the key may be changed in a running session. */
  async isModifiable(key: string): Promise<boolean> {
    const response = await this.#send({ opType: { case: 'isModifiable', value: { keys: [key] } } });
    return response.pairs[0]?.value === 'true';
  }

  #send(init: OperationInit): Promise<ConfigResponse> {
    return this.#call(operationMessage(init), this.#options);
  }
}

function settingText(key: string, value: unknown): string {
  if (value !== undefined && value !== null) return String(value);
  throw invalid(`${key} is ${value}, which is no setting: unset('${key}') goes back to its default`);
}
