import { OperatorError } from '../../settings/index.ts';
import { attributeOf, patientOf } from './desk.ts';

/** Options that say what an act is about. */
export interface ScopeOptions {
  readonly patient?: string;
  readonly attribute?: string;
  readonly json?: boolean;
}

export const PATIENT = ['--patient <number>', 'the patient'] as const;
export const ATTRIBUTE = ['--attribute <name>', 'heartBeat or bp; otherwise both'] as const;

/** Those of the patient, and of the attribute where one is named. */
export function scope(patient: string, attribute: string | undefined) {
  const customerId = patientOf(patient);
  const only = attributeOf(attribute);
  return (one: { readonly customerId: number; readonly attribute: string | undefined }) =>
    one.customerId === customerId && (only === undefined || one.attribute === only);
}

export function eitherOr(name: string, what: string): OperatorError {
  return new OperatorError('USAGE', `${name} expects either ${what} or --patient`, {
    exitCode: 2,
    next: `\`npm run alerts -- ${name} --help\` shows the usage.`,
  });
}
