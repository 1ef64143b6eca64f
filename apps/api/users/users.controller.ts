import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  AddUser as AddUserRequest,
  DeliveryReference,
  EraseUser as EraseUserRequest,
  ErasureView,
  Id,
  ListUsers,
  ResetUserPassword,
  ResetView,
  UpdateUser,
  UserListView,
  type UserReach,
  UserView,
} from '#contract';
import { AddUser, ChangeUser, EraseUser } from '#membership';
import { AdministratorReset, ResetLog } from '#recovery';
import { type Actor, type ExpectedVersion, Problem } from '#runtime';
import { type Principal, UserDirectory } from '#users';
import { Acting, Caller, etagOf, IfMatch, type Reply } from '../http/caller.js';
import { Cursors } from '../http/cursors.js';
import { RecentlyAuthenticated, Requires, Returns, ReturnsNothing } from '../http/route.decorators.js';

@ApiTags('users')
@Controller('api/v1/users')
export class UsersController {
  constructor(
    @Inject(UserDirectory) private readonly directory: UserDirectory,
    @Inject(AddUser) private readonly addUser: AddUser,
    @Inject(ChangeUser) private readonly changeUser: ChangeUser,
    @Inject(EraseUser) private readonly eraseUser: EraseUser,
    @Inject(AdministratorReset) private readonly reset: AdministratorReset,
    @Inject(ResetLog) private readonly resets: ResetLog,
    @Inject(Cursors) private readonly cursors: Cursors,
  ) {}

  @Get()
  @Requires('user:read')
  @Returns(200, UserListView, 'Users, by username')
  async list(@Query({ schema: ListUsers }) query: ListUsers, @Caller() caller: Principal) {
    const after = this.cursors.open('users', caller, query);
    const users = await this.directory.list(query, after, caller.rights.reach('user:read'));
    return this.cursors.page('users', caller, query, users, (user) => user.username);
  }

  @Post()
  @Requires('user:create')
  @Returns(201, UserView, 'Add a user; the welcome email brings them a temporary password.')
  async create(
    @Body({ schema: AddUserRequest }) body: AddUserRequest,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<UserView> {
    const { id } = await this.addUser.add(actor, caller, body);
    reply.header('location', `/api/v1/users/${id}`);
    return this.#view(id, reply);
  }

  @Get(':id')
  @Requires('user:read')
  @Returns(200, UserView, 'One user')
  get(
    @Param('id', { schema: Id }) id: string,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<UserView> {
    return this.#view(id, reply, caller.rights.reach('user:read'));
  }

  @Patch(':id')
  @Requires('user:update')
  @RecentlyAuthenticated('email', 'roles')
  @Returns(200, UserView, 'Change details, roles or status of a user')
  async update(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: UpdateUser }) body: UpdateUser,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
    @IfMatch() expectedVersion: ExpectedVersion,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<UserView> {
    await this.changeUser.change(actor, caller, { userId: id, changes: body, expectedVersion });
    return this.#view(id, reply);
  }

  @Post(':id/password-reset')
  @Requires('user:reset-password')
  @RecentlyAuthenticated()
  @Returns(202, ResetView, 'Send a temporary password to the user. The answer never holds it.')
  async resetPassword(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: ResetUserPassword }) body: ResetUserPassword,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
    @IfMatch() expectedVersion: ExpectedVersion,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<ResetView> {
    const order = { userId: id, lockNow: body.lockNow, expectedVersion };
    const resetId = await this.reset.start(actor, caller, order);
    reply.header('location', `/api/v1/password-resets/${resetId}`);
    return this.resets.get(resetId, null);
  }

  @Post(':id/welcome-email')
  @Requires('user:create')
  @Returns(202, DeliveryReference, 'Send the welcome email again.')
  async welcome(
    @Param('id', { schema: Id }) id: string,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
    @IfMatch() expected: ExpectedVersion,
  ) {
    return { deliveryId: await this.addUser.welcomeAgain(actor, caller, id, expected) };
  }

  @Delete(':id/sessions')
  @Requires('user:update')
  @RecentlyAuthenticated()
  @ReturnsNothing('Sign the user out everywhere.')
  async signOut(
    @Param('id', { schema: Id }) id: string,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
  ): Promise<void> {
    await this.changeUser.signOutEverywhere(actor, caller, id);
  }

  @Post(':id/erasure')
  @Requires('user:update')
  @RecentlyAuthenticated()
  @Returns(202, ErasureView, 'Erase a person for good. Their resets and events stay, without a name.')
  erase(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: EraseUserRequest }) _body: unknown,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
  ): Promise<ErasureView> {
    return this.eraseUser.erase(actor, caller, id);
  }

  /** Whoever has just added or changed the user reached them for that. */
  async #view(id: string, reply: Reply, reach: UserReach[] | null = null): Promise<UserView> {
    const user = await this.directory.find(id, reach);
    if (!user) throw Problem.of('not_found');
    reply.header('etag', etagOf(user.version));
    return user.view;
  }
}
