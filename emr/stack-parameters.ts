import { OperatorError } from '../settings/index.ts';
import { OWN_PARAMETERS, PARAMETERS, type Parameter, type ParameterName } from './template/index.ts';

/** Values by parameter, checked. */
export type ParameterValues = Partial<Record<ParameterName, string>>;

/** The parameters that people set. */
export const PUBLIC_PARAMETERS = (Object.keys(PARAMETERS) as ParameterName[]).filter(
  (name) => !OWN_PARAMETERS.includes(name),
);

/**
 * Checks parameters here, before CloudFormation has been asked: it would tell them one at a time, or halfway through.
 *
 * @param given `name=value` pairs as objects
 * @throws OperatorError `PARAMETER_INVALID`, exit code 2, that names each wrong parameter and what it expects
 */
export function checkParameters(given: Readonly<Record<string, string>>): ParameterValues {
  const checked: ParameterValues = {};
  const wrong: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (!isPublic(name)) wrong.push(`there is no parameter ${name}`);
    else {
      const expects = objection(PARAMETERS[name], value);
      if (expects === undefined) checked[name] = value;
      else wrong.push(`${name} expects ${expects}, not ${JSON.stringify(value)}`);
    }
  }
  if ((checked.VpcId ?? '') !== '' && (checked.SubnetIds ?? '') === '') wrong.push('VpcId needs SubnetIds as well');
  if ((checked.SubnetIds ?? '') !== '' && checked.VpcId === '') wrong.push('SubnetIds needs VpcId as well');
  if (wrong.length > 0) {
    throw new OperatorError('PARAMETER_INVALID', wrong.join('; '), {
      exitCode: 2,
      next: '`npm run emr -- up --help` lists the parameters.',
    });
  }
  return checked;
}

function isPublic(name: string): name is ParameterName {
  return PUBLIC_PARAMETERS.some((known) => known === name);
}

/** What the parameter expects, where the value is not that. */
function objection(parameter: Parameter, value: string): string | undefined {
  const { AllowedValues, AllowedPattern, ConstraintDescription, MinValue, MaxValue } = parameter;
  if (AllowedValues !== undefined && !AllowedValues.includes(value)) return AllowedValues.join(' or ');
  if (AllowedPattern !== undefined && !new RegExp(AllowedPattern).test(value)) return ConstraintDescription;
  if (parameter.Type !== 'Number') return undefined;
  const fits = /^\d+$/.test(value) && Number(value) >= (MinValue ?? 0) && Number(value) <= (MaxValue ?? Infinity);
  return fits ? undefined : `a whole number from ${MinValue} to ${MaxValue}`;
}

/** A table of the parameters for `--help`. */
export function parameterHelp(): string {
  const lines = PUBLIC_PARAMETERS.map((name) => {
    const { Default, Description, AllowedValues }: Parameter = PARAMETERS[name];
    const values = AllowedValues === undefined ? '' : ` (${AllowedValues.join(' or ')})`;
    const byDefault = Default === '' ? '' : ` [${Default}]`;
    return `  ${name.padEnd(26)}${Description}${values}${byDefault}`;
  });
  return ['', 'Parameters:', ...lines].join('\n');
}
