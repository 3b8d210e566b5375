export { type AlertLinkSettings, alertLinkSettings } from './alert-link.ts';
export { type AlertSettings, alertSettings } from './alert-section.ts';
export { type ArchiveSettings, archiveSettings } from './archive.ts';
export { readAuthority } from './authority.ts';
export { awsError, deniedAction, speaksOfQuota } from './aws/aws-error.ts';
export { withCloudSettings } from './aws/cloud-settings.ts';
export { awsClientOptions, awsRegion } from './aws/region.ts';
export { command, Interruption, report, runCommand } from './command-line.ts';
export { formatDuration, parseDuration, parseInterval } from './duration.ts';
export { type Environment, type EnvironmentSources, loadEnvironment, settingOf } from './environment.ts';
export { createLogger, type Logger, type LogOptions } from './logger.ts';
export { codeOf, messageOf, OperatorError, type OperatorErrorOptions } from './operator-error.ts';
export { ownEnvironment } from './own-environment.ts';
export { PROJECT_ROOT } from './project-root.ts';
export { maskRemote, Secret } from './secret.ts';
export { isLoopback } from './section.ts';
export {
  type DatabaseSettings,
  databaseSettings,
  type KafkaSettings,
  type KafkaSignIn,
  kafkaSettings,
  kafkaTopic,
  type SmtpSettings,
  type SparkSettings,
  type StorageSettings,
  smtpSettings,
  sparkSettings,
  storageSettings,
  topicName,
} from './sections.ts';
export { readStackState, type StackState, stackDirectory, stackStateSchema } from './stack-state.ts';
export { type TargetSettings, targetSettings } from './target-section.ts';
