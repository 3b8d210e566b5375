// CloudFormation's intrinsic functions, as records.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html

/** Anything that may stand in a template. */
export type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };

/** One resource of a template. */
export interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: 'Delete' | 'Retain' | 'Snapshot';
  readonly UpdateReplacePolicy?: 'Delete' | 'Retain' | 'Snapshot';
  readonly Properties?: { readonly [name: string]: Value };
}

export type Resources = Readonly<Record<string, Resource>>;

export const ref = (name: string): Value => ({ Ref: name });
export const getAtt = (resource: string, attribute: string): Value => ({ 'Fn::GetAtt': [resource, attribute] });
export const sub = (text: string): Value => ({ 'Fn::Sub': text });
export const ifElse = (condition: string, yes: Value, no: Value): Value => ({ 'Fn::If': [condition, yes, no] });
export const findInMap = (map: string, first: Value, second: string): Value => ({
  'Fn::FindInMap': [map, first, second],
});
export const select = (index: number, list: Value): Value => ({ 'Fn::Select': [index, list] });
export const NO_VALUE = ref('AWS::NoValue');

/** A property or list item that is only there under a condition. */
export const onlyIf = (condition: string, value: Value): Value => ifElse(condition, value, NO_VALUE);

/** EMR's managed policies only let it touch what carries this tag. */
export const EMR_TAG = { Key: 'for-use-with-amazon-emr-managed-policies', Value: 'true' } as const;

/** On everything of a stack, and what the driver's rights are tied to. */
export const STACK_TAG_KEY = 'instant-health-stack';
export const STACK_TAG: Value = { Key: STACK_TAG_KEY, Value: ref('AWS::StackName') };

/** The tags of a resource with a name that people see in the console. */
export function tags(name: string): Value {
  return [{ Key: 'Name', Value: sub(`\${AWS::StackName}-${name}`) }, EMR_TAG, STACK_TAG];
}

/** An IAM policy document. */
export function policyDocument(...statements: readonly Value[]): Value {
  return { Version: '2012-10-17', Statement: statements };
}

/** One `Allow` statement. */
export function allow(
  sid: string,
  actions: readonly string[],
  resources: readonly Value[],
  condition?: { readonly [operator: string]: Value },
): Value {
  const statement = { Sid: sid, Effect: 'Allow', Action: actions, Resource: resources };
  return condition === undefined ? statement : { ...statement, Condition: condition };
}
