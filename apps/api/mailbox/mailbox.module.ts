import { type DynamicModule, Module } from '@nestjs/common';
import { MailboxController } from './mailbox.controller.js';
import { Mailbox } from './mailbox.js';

/** Mounts `/dev/mail` over a mailbox that is already open; who opened it also closes it. */
@Module({})
export class MailboxModule {
  static over(mailbox: Mailbox): DynamicModule {
    return {
      module: MailboxModule,
      controllers: [MailboxController],
      providers: [{ provide: Mailbox, useValue: mailbox }],
    };
  }
}
