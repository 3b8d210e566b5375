/** Flags of the small JVMs: a little heap, one collector thread, the quick compiler only. */
export function smallJvm(temporaryFolder: string, heapMegabytes: number): string[] {
  return [
    '-Xms64m',
    `-Xmx${heapMegabytes}m`,
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Djava.net.preferIPv4Stack=true',
    `-Djava.io.tmpdir=${temporaryFolder}`,
  ];
}
