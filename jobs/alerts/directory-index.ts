import type { Directory, Patient } from '../../database/index.ts';
import { type Attribute, type Limit, limitsFor } from './limits.ts';

/** Limits and patients, ready to be asked for thousands of measurements. */
export class DirectoryIndex {
  readonly patients: ReadonlyMap<number, Patient>;
  readonly #common: readonly Limit[];
  readonly #own = new Map<number, Limit[]>();

  constructor({ limits, patients }: Pick<Directory, 'limits' | 'patients'>) {
    this.patients = new Map(patients.map((patient) => [patient.customerId, patient]));
    this.#common = limits.filter(({ customerId }) => customerId === null);
    for (const limit of limits) {
      if (limit.customerId === null) continue;
      const own = this.#own.get(limit.customerId);
      if (own) own.push(limit);
      else this.#own.set(limit.customerId, [limit]);
    }
  }

  /** The limits that apply to a patient and an attribute; none for a patient whom nobody knows. */
  limitsOf(customerId: number, attribute: Attribute): readonly Limit[] {
    const own = this.#own.get(customerId) ?? [];
    const candidates = own.length === 0 ? this.#common : [...own, ...this.#common];
    return limitsFor(candidates, attribute, customerId, this.patients.get(customerId)?.age);
  }
}
