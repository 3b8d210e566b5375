import { mkdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { smallJvm } from '../java-flags.ts';
import { addressOf, type ServiceContext } from '../service.ts';

type Settings = Readonly<Record<string, string>>;

/** `hdfs://127.0.0.1:<port>` */
export function hdfsUrl(context: Pick<ServiceContext, 'ports'>): string {
  return `hdfs://${addressOf(context, 'namenode', 'rpc')}`;
}

/** core-site.xml of every Hadoop process and of Spark on YARN. */
export function coreSettings(context: ServiceContext, temporaryFolder: string): Settings {
  return {
    'fs.defaultFS': hdfsUrl(context),
    'hadoop.tmp.dir': temporaryFolder,
    // WebHDFS and the browser act as whoever started HDFS.
    'hadoop.http.staticuser.user': userInfo().username,
  };
}

/** Writes `<name>-site.xml` for each part, and where its log lines go. */
export async function writeHadoopConfiguration(
  folder: string,
  parts: Readonly<Record<string, Settings>>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, settings] of Object.entries(parts)) {
    await writeFile(join(folder, `${name}-site.xml`), configurationXml(settings));
  }
  await writeFile(join(folder, 'log4j.properties'), LOGGING);
}

/** What comes before the main class. `folder` must have a `tmp`. */
export function hadoopJvm(service: string, folder: string, classPath: readonly string[]): string[] {
  return [
    ...smallJvm(join(folder, 'tmp'), 256),
    `-Dhadoop.log.dir=${join(folder, 'tmp')}`,
    `-Dhadoop.id.str=${service}`,
    '--add-opens=java.base/java.lang=ALL-UNNAMED',
    '--add-opens=java.base/java.util=ALL-UNNAMED',
    '-cp',
    classPath.join(':'),
  ];
}

export function configurationXml(settings: Settings): string {
  const asText = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const properties = Object.entries(settings).map(
    ([name, value]) => `  <property><name>${name}</name><value>${asText(value)}</value></property>\n`,
  );
  return `<?xml version="1.0"?>\n<configuration>\n${properties.join('')}</configuration>\n`;
}

const LOGGING = `log4j.rootLogger=WARN,console
log4j.appender.console=org.apache.log4j.ConsoleAppender
log4j.appender.console.target=System.err
log4j.appender.console.layout=org.apache.log4j.PatternLayout
log4j.appender.console.layout.ConversionPattern=%d{ISO8601} %p %c: %m%n
`;
