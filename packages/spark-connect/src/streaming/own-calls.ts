import { AsyncLocalStorage } from 'node:async_hooks';

interface Call {
  readonly owner: object;
  /** The call that this one was made from, where that is not over. */
  readonly from: Call | undefined;
  isOver: boolean;
}

const calls = new AsyncLocalStorage<Call>();

/** Calls a function of the user's so that what it calls in turn, and awaits, can be told by {@link isWithinCall}. */
export async function callFor<T>(owner: object, body: () => T | Promise<T>): Promise<T> {
  const call: Call = { owner, from: current(calls.getStore()), isOver: false };
  try {
    return await calls.run(call, body);
  } finally {
    call.isOver = true;
  }
}

/** Whether this is code of a call for the owner that is not over yet: waiting here for its end would never end. */
export function isWithinCall(owner: object): boolean {
  for (let call = current(calls.getStore()); call !== undefined; call = current(call.from))
    if (call.owner === owner) return true;
  return false;
}

/** Code may outlive the call that started it, a timer for instance: nobody waits for it then. */
function current(call: Call | undefined): Call | undefined {
  return call?.isOver ? current(call.from) : call;
}
