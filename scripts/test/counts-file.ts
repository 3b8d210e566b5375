/** Names that a run of mocha and its reporter agree on. */
export const COUNTING_REPORTER = 'counting';

/** Where the counts go. */
export const COUNTS_FILE_VARIABLE = 'INSTANT_HEALTH_TEST_COUNTS';
