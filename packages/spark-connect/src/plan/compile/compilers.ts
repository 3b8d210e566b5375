/** The shape of one family's compilers: a function per kind of relation, told how to compile its inputs. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Relation, RelationSchema } from '../../gen/spark/connect/relations_pb.js';
import type { RelationNode } from '../relations/index.ts';

export type RelType = NonNullable<MessageInitShape<typeof RelationSchema>['relType']>;
export type CompileRelation = (node: RelationNode) => Relation;
export type Compilers<N extends RelationNode> = {
  readonly [K in N['kind']]: (node: Extract<N, { readonly kind: K }>, compile: CompileRelation) => RelType;
};
