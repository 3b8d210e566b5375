import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CatalogSchema } from '../../gen/spark/connect/catalog_pb.js';
import { toProto as dataTypeToProto } from '../../types/index.ts';
import type { CatalogCall, CatalogNode } from '../relations/catalog.ts';
import type { Compilers } from './compilers.ts';

type CatType = NonNullable<MessageInitShape<typeof CatalogSchema>['catType']>;

export const catalogCompilers: Compilers<CatalogNode> = {
  catalog: (node) => ({ case: 'catalog', value: { catType: catType(node.call) } }),
};

function catType(call: CatalogCall): CatType {
  switch (call.ask) {
    case 'currentDatabase':
    case 'currentCatalog':
    case 'clearCache':
      return { case: call.ask, value: {} };
    case 'listCatalogs':
    case 'listDatabases':
      return { case: call.ask, value: { ...pattern(call) } };
    case 'listTables':
    case 'listFunctions':
      return { case: call.ask, value: { ...database(call), ...pattern(call) } };
    case 'listColumns':
    case 'getTable':
    case 'tableExists':
      return { case: call.ask, value: { tableName: call.table, ...database(call) } };
    case 'databaseExists':
    case 'getDatabase':
    case 'setCurrentDatabase':
      return { case: call.ask, value: { dbName: call.database } };
    case 'setCurrentCatalog':
      return { case: call.ask, value: { catalogName: call.catalog } };
    case 'functionExists':
    case 'getFunction':
      return { case: call.ask, value: { functionName: call.function, ...database(call) } };
    case 'dropTempView':
    case 'dropGlobalTempView':
      return { case: call.ask, value: { viewName: call.view } };
    case 'cacheTable':
      return {
        case: call.ask,
        value: {
          tableName: call.table,
          ...(call.storageLevel === undefined ? {} : { storageLevel: { ...call.storageLevel } }),
        },
      };
    case 'createTable': {
      const { schema, options, ...rest } = call.definition;
      const value = { tableName: call.table, ...rest, options: { ...options } };
      return {
        case: call.ask,
        value: schema === undefined ? value : { ...value, schema: dataTypeToProto(schema) },
      };
    }
    case 'refreshByPath':
      return { case: call.ask, value: { path: call.path } };
    default:
      return { case: call.ask, value: { tableName: call.table } };
  }
}

function pattern(call: { readonly pattern?: string }) {
  return call.pattern === undefined ? {} : { pattern: call.pattern };
}

function database(call: { readonly database?: string }) {
  return call.database === undefined ? {} : { dbName: call.database };
}
