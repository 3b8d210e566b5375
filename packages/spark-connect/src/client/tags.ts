import { invalid } from '../errors.ts';

/** @throws SparkConnectError `invalid-argument` for what the server takes for no tag */
export function checkedTag(tag: string): string {
  if (tag !== '' && !tag.includes(',')) return tag;
  throw invalid(`'${tag}' is no tag: a tag is not empty and has no comma`);
}
