import { type DynamicModule, Module } from '@nestjs/common';
import { AuditWorkerModule } from '#audit';
import { BouncesWorkerModule } from '#bounces';
import { DeliveryWorkerModule } from '#delivery';
import { SiemWorkerModule } from '#siem';
import { type ProcessParts, ProductModule } from '../product.module.js';
import { BoardSessions } from './board/board-sessions.js';
import { OperatorBoard } from './board/operator-board.js';
import { PracticeUpkeep } from './practice-upkeep.js';
import { Upkeep } from './upkeep.js';

/** The product without HTTP: it relays, sends, signs and streams the trail, and writes down what time has done. */
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
        SiemWorkerModule,
      ],
      providers: [PracticeUpkeep, Upkeep, BoardSessions, OperatorBoard],
    };
  }
}
