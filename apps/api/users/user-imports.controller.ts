import { Controller, Get, Inject, Param, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  Id,
  ImportUsers,
  ListUserImportRows,
  USER_IMPORT_MOST_BYTES,
  UserImportDetailView,
  UserImportView,
} from '#contract';
import { failedRowsCsv, templateCsv, UserImports } from '#membership';
import type { Actor } from '#runtime';
import type { Principal } from '#users';
import { Acting, Caller, type Reply, type Request } from '../http/caller.js';
import { type CsvUpload, Upload } from '../http/csv-body.js';
import { Cursors } from '../http/cursors.js';
import { EventStreams } from '../http/event-streams.js';
import { Requires, Returns, ReturnsEvents, ReturnsStream, TakesCsv } from '../http/route.decorators.js';

@ApiTags('user imports')
@Controller('api/v1/user-imports')
export class UserImportsController {
  constructor(
    @Inject(UserImports) private readonly imports: UserImports,
    @Inject(Cursors) private readonly cursors: Cursors,
    @Inject(EventStreams) private readonly streams: EventStreams,
  ) {}

  @Post()
  @Requires('user:create')
  @TakesCsv(USER_IMPORT_MOST_BYTES)
  @Returns(
    202,
    UserImportView,
    'Add many users from a CSV file (see the template): UTF-8, 20,000 rows, 10 MB, each row as POST /users would.',
  )
  async start(
    @Query({ schema: ImportUsers }) query: ImportUsers,
    @Upload() upload: CsvUpload,
    @Acting() actor: Actor,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<UserImportView> {
    const started = await this.imports.start(actor, upload, query);
    reply.header('location', `/api/v1/user-imports/${started.id}`);
    return started;
  }

  @Get('template')
  @Requires('user:create')
  @ReturnsStream(['text/csv'], 'A file to fill in: the header and one example.')
  template(): StreamableFile {
    return csvFile('users.csv', templateCsv());
  }

  @Get(':id')
  @Requires('user:create')
  @Returns(200, UserImportDetailView, 'One import with its rows, all of them unless limited.')
  async get(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: ListUserImportRows }) query: ListUserImportRows,
    @Caller() caller: Principal,
  ): Promise<UserImportDetailView> {
    const list = `user-imports ${id}`;
    const after = Number(this.cursors.open(list, caller, query) ?? 0);
    const view = await this.imports.get(id, caller);
    const { limit, outcome = null } = query;
    const found = await this.imports.rows(id, { after, limit, outcome });
    const { items: rows, nextCursor } = this.cursors.page(list, caller, query, found, ({ line }) =>
      String(line),
    );
    return { ...view, rows, nextCursor };
  }

  @Get(':id/failed-rows')
  @Requires('user:create')
  @ReturnsStream(
    ['text/csv'],
    'The rows that failed, with the reason in a fifth column: to be mended and sent again.',
  )
  async failedRows(
    @Param('id', { schema: Id }) id: string,
    @Caller() caller: Principal,
  ): Promise<StreamableFile> {
    await this.imports.get(id, caller);
    return csvFile(`failed-${id}.csv`, failedRowsCsv(await this.imports.failedRows(id)));
  }

  @Get(':id/events')
  @Requires('user:create')
  @ReturnsEvents('One import without its rows, now and as it goes on, until it is completed.')
  follow(
    @Param('id', { schema: Id }) id: string,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<StreamableFile | undefined> {
    return this.streams.open(request, reply, {
      permission: 'user:create',
      view: UserImportView,
      read: (principal) => this.imports.get(id, principal),
      isFinal: ({ state }) => state === 'completed',
    });
  }
}

const csvFile = (name: string, text: string): StreamableFile =>
  new StreamableFile(Buffer.from(text), {
    type: 'text/csv; charset=utf-8',
    disposition: `attachment; filename="${name}"`,
  });
