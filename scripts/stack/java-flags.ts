/** `quick`: warm after seconds, for tests and demonstrations. `full`: faster after minutes of the same work. */
export const JITS = ['quick', 'full'] as const;
export type Jit = (typeof JITS)[number];

/**
 * The second compiler takes more processor time than all else that a Spark server does in its first minutes. Without it the JVM
 * reserves 48 MB for compiled code, which Spark has filled after some minutes; from then on it throws code away and compiles it again.
 */
export function jitFlags(jit: Jit): string[] {
  return jit === 'quick' ? ['-XX:TieredStopAtLevel=1', '-XX:ReservedCodeCacheSize=240m'] : [];
}

/**
 * Reads classes from an archive. Where it was made by another JVM or for another class path the JVM does without, and says nothing.
 *
 * @see https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html#application-class-data-sharing
 */
export function withClassArchive(archive: string | undefined): string[] {
  return archive === undefined ? [] : [`-XX:SharedArchiveFile=${archive}`, ...ARCHIVE_LOGGING];
}

/** Writes the classes that were read into an archive when the JVM ends. */
export function recordingClasses(archive: string): string[] {
  return [`-XX:ArchiveClassesAtExit=${archive}`, ...ARCHIVE_LOGGING];
}

/** Standard output belongs to Spark's console sink. */
const ARCHIVE_LOGGING = ['-Xlog:cds=off', '-Xlog:cds+dynamic=off'];

/** Flags of the small JVMs: a little heap, one collector thread, the quick compiler only. */
export function smallJvm(temporaryFolder: string, heapMegabytes: number): string[] {
  return [
    '-Xms64m',
    `-Xmx${heapMegabytes}m`,
    '-XX:+UseSerialGC',
    ...jitFlags('quick'),
    '-Djava.net.preferIPv4Stack=true',
    `-Djava.io.tmpdir=${temporaryFolder}`,
  ];
}
