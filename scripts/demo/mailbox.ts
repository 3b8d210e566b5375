import { z } from 'zod';

const address = z.object({ address: z.string() });

/** What is used of a mail in the catcher. */
const caughtMailSchema = z.object({
  id: z.string(),
  subject: z.string(),
  from: z.array(address),
  to: z.array(address),
  text: z.string().default(''),
  time: z.string().optional(),
});

export type CaughtMail = z.infer<typeof caughtMailSchema>;

/** One sender's mails in the mail catcher, by its REST interface. */
export class Mailbox {
  readonly #api: string;
  readonly #sender: string;
  readonly #seen = new Set<string>();

  /**
   * @param sender whose mails are taken; others may use the catcher too
   */
  constructor(api: string, sender: string) {
    this.#api = api;
    this.#sender = sender;
  }

  /** The sender's mails that came since the last call, in the order of their arrival. */
  async newMails(): Promise<CaughtMail[]> {
    const response = await fetch(`${this.#api}/email`);
    if (!response.ok) throw new Error(`the mail catcher answered ${response.status}`);
    const mails = z.array(caughtMailSchema).parse(await response.json());
    const ours = mails.filter(({ from }) => from.some((author) => author.address === this.#sender));
    const fresh = ours.filter(({ id }) => !this.#seen.has(id));
    for (const { id } of fresh) this.#seen.add(id);
    return fresh;
  }
}
