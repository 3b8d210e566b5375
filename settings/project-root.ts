import { fileURLToPath } from 'node:url';

/** The checkout's root: where `.env` and `.stack` live, whatever the working directory is. */
export const PROJECT_ROOT = fileURLToPath(new URL('../', import.meta.url));
