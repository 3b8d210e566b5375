// Loaded into a process before everything else: its connections to one port of this machine go to another one, where a proxy
// can cut them. For Kafka, whose clients are told the broker's own address however they were introduced to it.
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

const [from, to] = (process.env.INSTANT_HEALTH_REROUTE ?? '').split(':').map(Number);
const { connect } = net;
net.connect = (options, ...rest) =>
  connect(typeof options === 'object' && Number(options.port) === from ? { ...options, port: to } : options, ...rest);
syncBuiltinESMExports();
