import { Migration } from '@mikro-orm/migrations';

/** Why an answer led to no mail: the log says it, and only whoever may have been guessed at is told. */
export class RefusedFor extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      alter table password_resets add column refused_for text check (refused_for in ('deactivated',
        'too-many-attempts', 'no-question', 'question-changed', 'wrong-answer', 'too-late', 'mailbox-full'));
    `);
  }
}
