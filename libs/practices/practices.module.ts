import { Global, Module } from '@nestjs/common';
import { Practices } from './practices.js';

@Global()
@Module({ providers: [Practices], exports: [Practices] })
export class PracticesModule {}
