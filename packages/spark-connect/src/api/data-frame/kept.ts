import type { CallSignal } from '../../client/connect-options.ts';
import { command } from '../../plan/commands.ts';
import { defined } from '../../plan/relations/index.ts';
import { type StorageLevel, StorageLevels } from '../../plan/storage-level.ts';
import type { ActionOptions } from '../actions.ts';
import { persistRelation, relationStorageLevel, unpersistRelation } from '../analyze.ts';
import { checkpointed } from '../checkpoint.ts';
import type { DataFrame } from './index.ts';
import { FrameQuestions } from './questions.ts';

/** What is kept on the server: computed rows, and views. */
export abstract class FrameKept extends FrameQuestions {
  /** Keeps the rows once they have been computed. */
  async persist(level: StorageLevel = StorageLevels.MEMORY_AND_DISK_DESER, options: CallSignal = {}): Promise<this> {
    await persistRelation(this.session.client, this.node, level, options);
    return this;
  }
  /** {@link persist} at the usual level. */
  cache(options: CallSignal = {}): Promise<this> {
    return this.persist(undefined, options);
  }
  /** Keeps the rows no longer; `blocking` waits until they are gone. */
  async unpersist(options: CallSignal & { readonly blocking?: boolean | undefined } = {}): Promise<this> {
    await unpersistRelation(this.session.client, this.node, options.blocking ?? false, options);
    return this;
  }
  /** Where the rows are kept. */
  storageLevel(options: CallSignal = {}): Promise<StorageLevel> {
    return relationStorageLevel(this.session.client, this.node, options);
  }
  /** Whether the rows are kept anywhere. */
  async isCached(options: CallSignal = {}): Promise<boolean> {
    const { useDisk, useMemory } = await this.storageLevel(options);
    return useDisk || useMemory;
  }
  /**
   * Computes the rows and keeps them in the checkpoint directory of the cluster, which has to be set there; the result no
   * longer knows how they came about. Since Spark 4.0.
   *
   * @param eager false waits for the first action
   */
  checkpoint(eager = true, options: ActionOptions = {}): Promise<DataFrame> {
    return this.#checkpoint({ local: false, eager }, options);
  }
  /** {@link checkpoint} on the executors' own disks: quicker, and gone with an executor. Since Spark 4.0. */
  localCheckpoint(
    eager = true,
    options: ActionOptions & { readonly storageLevel?: StorageLevel | undefined } = {},
  ): Promise<DataFrame> {
    const { storageLevel, ...rest } = options;
    return this.#checkpoint({ local: true, eager, ...defined({ storageLevel }) }, rest);
  }
  /** A view of this name in the session. @throws analysis when there is one already */
  createTempView(name: string, options: ActionOptions = {}): Promise<void> {
    return this.#createView(name, false, false, options);
  }
  /** A view of this name in the session, in place of one that is there. */
  createOrReplaceTempView(name: string, options: ActionOptions = {}): Promise<void> {
    return this.#createView(name, false, true, options);
  }
  /** The same as {@link createOrReplaceTempView}, by its name of long ago. */
  registerTempTable(name: string, options: ActionOptions = {}): Promise<void> {
    return this.createOrReplaceTempView(name, options);
  }
  /** A view `global_temp.name`, for all sessions of the server. @throws analysis when there is one already */
  createGlobalTempView(name: string, options: ActionOptions = {}): Promise<void> {
    return this.#createView(name, true, false, options);
  }
  /** {@link createGlobalTempView}, in place of one that is there. */
  createOrReplaceGlobalTempView(name: string, options: ActionOptions = {}): Promise<void> {
    return this.#createView(name, true, true, options);
  }

  async #createView(name: string, global: boolean, replace: boolean, options: ActionOptions): Promise<void> {
    const node = command({ kind: 'createView', input: this.node, name, global, replace });
    await this.runCommand(node, options);
  }

  async #checkpoint(
    how: { readonly local: boolean; readonly eager: boolean; readonly storageLevel?: StorageLevel },
    options: ActionOptions,
  ): Promise<DataFrame> {
    return this.wrap(await checkpointed(this.session.client, this.runCommand, this.node, how, options));
  }
}
