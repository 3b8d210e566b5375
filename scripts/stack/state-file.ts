import { rmSync } from 'node:fs';
import { readStackState, type StackState } from '../../settings/index.ts';
import { writeAtomically } from './atomic-file.ts';
import type { StackLayout } from './layout.ts';

export type ServiceRecord = StackState['services'][string];

/** The state of a stack in which nothing runs yet. */
export function emptyState(mode: StackState['mode'], now: Date = new Date()): StackState {
  return { version: 1, mode, startedAt: now.toISOString(), environment: {}, sparkRemotes: {}, services: {}, links: {} };
}

/**
 * The state file as one object in memory: every change is on disk before `update` returns, so that a command that is
 * killed at any moment leaves a true account of what it started.
 */
export class StateFile {
  #state: StackState;
  readonly #layout: StackLayout;

  private constructor(layout: StackLayout, state: StackState) {
    this.#layout = layout;
    this.#state = state;
  }

  /** Reads the file, or begins with an empty state that is written with the first update. */
  static open(layout: StackLayout, mode: StackState['mode']): StateFile {
    return new StateFile(layout, readStackState(layout.root) ?? emptyState(mode));
  }

  get current(): StackState {
    return this.#state;
  }

  update(change: (state: StackState) => StackState): void {
    // Read again: another part of the process, or another command, may have written about its own service meanwhile.
    this.#state = change(readStackState(this.#layout.root) ?? this.#state);
    writeAtomically(this.#layout.state, `${JSON.stringify(this.#state, null, 2)}\n`);
  }

  recordService(name: string, record: ServiceRecord): void {
    this.update((state) => ({ ...state, services: { ...state.services, [name]: record } }));
  }

  forgetService(name: string): void {
    this.update((state) => {
      const { [name]: _, ...services } = state.services;
      return { ...state, services };
    });
  }

  /** Called when everything is down: without the file no stack is up. */
  remove(): void {
    rmSync(this.#layout.state, { force: true });
  }
}
