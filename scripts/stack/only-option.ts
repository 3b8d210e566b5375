import { InvalidArgumentError, Option } from 'commander';
import { isSelectable, SELECTABLE, type Selectable } from './catalogue.ts';

/** `--only kafka,mariadb`: a part of the stack. */
export const ONLY_OPTION = new Option(
  '--only <services>',
  `only these, comma-separated, of ${SELECTABLE.join(', ')}`,
).argParser((text): Selectable[] =>
  text.split(',').map((part) => {
    const name = part.trim();
    if (isSelectable(name)) return name;
    throw new InvalidArgumentError(`'${name}' is not one of ${SELECTABLE.join(', ')}.`);
  }),
);
