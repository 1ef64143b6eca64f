import type { INestApplicationContext } from '@nestjs/common';
import { DemoTrail } from '#audit';
import { asOwner, Database } from '#database';
import { Practices } from '#practices';
import type { Installation } from './installation.js';

const EVENTS_AT_ONCE = 5_000;
const MONTHS = 12;

/** A year of events for seeded practices, through the same chain as all others. */
export class DemoEvents {
  readonly #product: INestApplicationContext;
  readonly #to = new Date();
  readonly #from = new Date(this.#to);

  constructor(product: INestApplicationContext) {
    this.#product = product;
    this.#from.setUTCMonth(this.#from.getUTCMonth() - MONTHS);
  }

  /** Makes the past months of the trail; without the owner's URL their events stand among those of no month. */
  async prepare({ adminUrl }: Installation): Promise<void> {
    if (!adminUrl) return;
    await asOwner(
      adminUrl,
      `select make_audit_month(first::date) from generate_series(date_trunc('month', $1::timestamptz at time zone 'UTC'),
         $2::timestamptz at time zone 'UTC', interval '1 month') as first`,
      [this.#from, this.#to],
    );
  }

  /** Adds `count` events to the practice with this Practice ID. */
  async add(code: string, count: number): Promise<void> {
    const practiceId = await this.#product.get(Practices).idOf(code);
    if (!practiceId) throw new Error('The practice that was just seeded must be there');
    const database = this.#product.get(Database);
    const moment = (index: number) =>
      new Date(this.#from.getTime() + ((this.#to.getTime() - this.#from.getTime()) * index) / count);
    for (let done = 0; done < count; done += EVENTS_AT_ONCE) {
      const until = Math.min(count, done + EVENTS_AT_ONCE);
      const span = { count: until - done, from: moment(done), to: moment(until) };
      await database.inPractice(practiceId, async () => {
        const rows = await database.sql<{ id: string }>(
          'select id from users where practice_id = current_practice()',
        );
        const people = rows.map(({ id }) => id);
        await this.#product.get(DemoTrail).add({ ...span, people, addresses: people.length * 4 });
      });
    }
  }
}
