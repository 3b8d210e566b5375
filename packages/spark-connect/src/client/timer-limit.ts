/** The longest time that a timer of Node's can wait, 24.8 days: a longer one would end at once. */
export const MAX_TIMER_MS = 0x7fff_ffff;
