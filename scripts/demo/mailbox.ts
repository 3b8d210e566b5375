import { z } from 'zod';

const address = z.object({ address: z.string() });

/** What is used of a mail in the catcher. */
const caughtMailSchema = z.object({
  id: z.string(),
  subject: z.string(),
  to: z.array(address),
  text: z.string().default(''),
  time: z.string().optional(),
});

export type CaughtMail = z.infer<typeof caughtMailSchema>;

/** The mail catcher's REST interface. */
export class Mailbox {
  readonly #api: string;
  readonly #seen = new Set<string>();

  constructor(api: string) {
    this.#api = api;
  }

  /** Mails that came since the last call, in the order of their arrival. */
  async newMails(): Promise<CaughtMail[]> {
    const response = await fetch(`${this.#api}/email`);
    if (!response.ok) throw new Error(`the mail catcher answered ${response.status}`);
    const mails = z.array(caughtMailSchema).parse(await response.json());
    const fresh = mails.filter(({ id }) => !this.#seen.has(id));
    for (const { id } of fresh) this.#seen.add(id);
    return fresh;
  }
}
