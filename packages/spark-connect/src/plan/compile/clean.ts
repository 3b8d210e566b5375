import type { CleanNode } from '../relations/clean.ts';
import type { Compilers } from './compilers.ts';
import { compileExpression } from './expression.ts';
import { compileLiteral } from './literal.ts';

export const cleanCompilers: Compilers<CleanNode> = {
  fillNa: (node, compile) => ({
    case: 'fillNa',
    value: { input: compile(node.input), cols: [...node.columns], values: node.values.map(compileLiteral) },
  }),
  dropNa: (node, compile) => ({
    case: 'dropNa',
    value: {
      input: compile(node.input),
      cols: [...node.columns],
      ...(node.minNonNulls === undefined ? {} : { minNonNulls: node.minNonNulls }),
    },
  }),
  replace: (node, compile) => ({
    case: 'replace',
    value: {
      input: compile(node.input),
      cols: [...node.columns],
      replacements: node.replacements.map(([oldValue, newValue]) => ({
        oldValue: compileLiteral(oldValue),
        newValue: compileLiteral(newValue),
      })),
    },
  }),
  describe: (node, compile) => ({
    case: 'describe',
    value: { input: compile(node.input), cols: [...node.columns] },
  }),
  summary: (node, compile) => ({
    case: 'summary',
    value: { input: compile(node.input), statistics: [...node.statistics] },
  }),
  crosstab: (node, compile) => ({
    case: 'crosstab',
    value: { input: compile(node.input), col1: node.column1, col2: node.column2 },
  }),
  covariance: (node, compile) => ({
    case: 'cov',
    value: { input: compile(node.input), col1: node.column1, col2: node.column2 },
  }),
  correlation: (node, compile) => ({
    case: 'corr',
    value: { input: compile(node.input), col1: node.column1, col2: node.column2, method: node.method },
  }),
  approxQuantile: (node, compile) => ({
    case: 'approxQuantile',
    value: {
      input: compile(node.input),
      cols: [...node.columns],
      probabilities: [...node.probabilities],
      relativeError: node.relativeError,
    },
  }),
  freqItems: (node, compile) => ({
    case: 'freqItems',
    value: { input: compile(node.input), cols: [...node.columns], support: node.support },
  }),
  sampleBy: (node, compile) => ({
    case: 'sampleBy',
    value: {
      input: compile(node.input),
      col: compileExpression(node.column),
      fractions: node.fractions.map(([stratum, fraction]) => ({ stratum: compileLiteral(stratum), fraction })),
      seed: node.seed,
    },
  }),
  showString: (node, compile) => ({
    case: 'showString',
    value: {
      input: compile(node.input),
      numRows: node.numRows,
      truncate: node.truncate,
      vertical: node.vertical,
    },
  }),
};
