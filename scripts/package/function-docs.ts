const PAGES = 'https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.functions';

/**
 * Adds to each function in a declaration file the address of PySpark's page about it: what a function computes is Spark's to tell.
 * In the sources one line is one function.
 *
 * @param declarations what the compiler has made of a file of functions
 */
export function documentFunctions(declarations: string): string {
  return declarations.replaceAll(
    /^(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?(export declare (?:const|function) (\w+)\b.*)$/gm,
    (_whole, doc: string | undefined, declaration: string, name: string) =>
      `${withPage(doc?.trim() ?? '', name)}\n${declaration}`,
  );
}

function withPage(doc: string, name: string): string {
  const page = `@see ${PAGES}.${pythonName(name)}.html`;
  if (doc.includes('@see ')) return `/** ${doc} */`;
  if (doc === '') return `/** ${page} */`;
  return doc.startsWith('*') ? `/**\n ${doc}\n *\n * ${page}\n */` : `/**\n * ${doc}\n *\n * ${page}\n */`;
}

/** `approxCountDistinct` is `approx_count_distinct` there. */
function pythonName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
