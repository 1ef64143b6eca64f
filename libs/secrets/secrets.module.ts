import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Argon2Threads } from './argon2-threads.js';
import { KeyRing } from './key-ring.js';
import { PasswordHash } from './password-hash.js';

/** The process's keys and its hashing threads. */
@Module({})
export class SecretsModule implements OnApplicationShutdown {
  constructor(@Inject(Argon2Threads) private readonly threads: Argon2Threads) {}

  static forRoot(keys: KeyRing): DynamicModule {
    return {
      module: SecretsModule,
      global: true,
      providers: [
        { provide: KeyRing, useValue: keys },
        { provide: Argon2Threads, useFactory: () => new Argon2Threads() },
        {
          provide: PasswordHash,
          useFactory: (threads: Argon2Threads) => new PasswordHash(threads, keys),
          inject: [Argon2Threads],
        },
      ],
      exports: [KeyRing, Argon2Threads, PasswordHash],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.threads.close();
  }
}
