import { type DynamicModule, Module } from '@nestjs/common';
import { AuditWorkerModule } from '#audit';
import { BouncesWorkerModule } from '#bounces';
import { DeliveryWorkerModule } from '#delivery';
import { type ProcessParts, ProductModule } from '../product.module.js';
import { PracticeUpkeep } from './practice-upkeep.js';
import { Upkeep } from './upkeep.js';

/** The product without HTTP: it relays, sends, signs the trail, and writes down what time has done. */
@Module({})
export class WorkerModule {
  static forRoot(parts: Omit<ProcessParts, 'role'>): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        ProductModule.forRoot({ ...parts, role: 'latchkey_worker' }),
        AuditWorkerModule,
        BouncesWorkerModule,
        DeliveryWorkerModule,
      ],
      providers: [PracticeUpkeep, Upkeep],
    };
  }
}
