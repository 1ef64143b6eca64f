import { Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AuditTrail } from '#audit';
import { DeliveryListView, DeliveryView, Id, ListDeliveries, type UserReach } from '#contract';
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
    const deliveries = await this.deliveries.list(query, before, caller.rights.reach('delivery:read'));
    return this.cursors.page('deliveries', caller, query, deliveries, ({ id }) => id);
  }

  @Get(':id')
  @Requires('delivery:read')
  @Returns(200, DeliveryView, 'One email with its attempts')
  get(@Param('id', { schema: Id }) id: string, @Caller() caller: Principal): Promise<DeliveryView> {
    return this.#find(id, caller.rights.reach('delivery:read'));
  }

  @Post(':id/retry')
  @Requires('delivery:retry')
  @Returns(202, DeliveryView, 'The same mail again: the same credential, its life not extended.')
  async retry(
    @Param('id', { schema: Id }) id: string,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
  ): Promise<DeliveryView> {
    const reach = caller.rights.reach('delivery:retry');
    const delivery = await this.#find(id, reach);
    const pending = ['queued', 'deferred', 'sending'].includes(delivery.state);
    if (!pending) await this.#mustHaveRoom(delivery);
    const again = await this.deliveries.again(delivery);
    if (!again) throw Problem.of('delivery_final');
    this.trail.record({
      action: 'delivery.retried',
      actor,
      target: { type: 'delivery', id },
      changes: { deliveryId: again, userId: delivery.userId },
    });
    return this.#find(again, reach);
  }

  /** @throws Problem `too_many_attempts` */
  async #mustHaveRoom(delivery: DeliveryView): Promise<void> {
    const waits = await Promise.all([
      delivery.userId ? this.deliveries.mailboxFullForSeconds(delivery.userId, 'administrator') : 0,
      this.deliveries.repeatedEnoughForSeconds(delivery),
    ]);
    const wait = Math.max(...waits);
    if (wait > 0) throw Problem.of('too_many_attempts').retryAfter(wait);
  }

  async #find(id: string, reach: UserReach[] | null): Promise<DeliveryView> {
    const delivery = await this.deliveries.find(id, reach);
    if (!delivery) throw Problem.of('not_found');
    return delivery;
  }
}
