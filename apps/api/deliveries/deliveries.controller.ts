import { Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AuditTrail } from '#audit';
import { DeliveryListView, DeliveryView, Id, ListDeliveries } from '#contract';
import { Deliveries } from '#delivery';
import { type Actor, Problem } from '#runtime';
import type { Principal } from '#users';
import { Acting, Caller } from '../http/caller.js';
import { Cursors } from '../http/cursors.js';
import { Requires, Returns } from '../http/route.decorators.js';

@ApiTags('deliveries')
@Controller('api/v1/deliveries')
export class DeliveriesController {
  constructor(
    @Inject(Deliveries) private readonly deliveries: Deliveries,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
    @Inject(Cursors) private readonly cursors: Cursors,
  ) {}

  @Get()
  @Requires('delivery:read')
  @Returns(200, DeliveryListView, 'Emails and their delivery, newest first')
  async list(@Query({ schema: ListDeliveries }) query: ListDeliveries, @Caller() caller: Principal) {
    const before = this.cursors.open('deliveries', caller, query);
    const deliveries = await this.deliveries.list(query, before);
    return this.cursors.page('deliveries', caller, query, deliveries, ({ id }) => id);
  }

  @Get(':id')
  @Requires('delivery:read')
  @Returns(200, DeliveryView, 'One email with its attempts')
  async get(@Param('id', { schema: Id }) id: string): Promise<DeliveryView> {
    const delivery = await this.deliveries.find(id);
    if (!delivery) throw Problem.of('not_found');
    return delivery;
  }

  @Post(':id/retry')
  @Requires('delivery:retry')
  @Returns(202, DeliveryView, 'The same mail again: the same credential, its life not extended.')
  async retry(@Param('id', { schema: Id }) id: string, @Acting() actor: Actor): Promise<DeliveryView> {
    const delivery = await this.get(id);
    const wait = delivery.userId ? await this.deliveries.mailboxFullForSeconds(delivery.userId) : 0;
    const pending = ['queued', 'deferred', 'sending'].includes(delivery.state);
    if (!pending && wait > 0) throw Problem.of('too_many_attempts').retryAfter(wait);
    const again = await this.deliveries.again(delivery);
    if (!again) throw Problem.of('delivery_final');
    this.trail.record({
      action: 'delivery.retried',
      actor,
      target: { type: 'delivery', id },
      changes: { deliveryId: again },
    });
    return this.get(again);
  }
}
