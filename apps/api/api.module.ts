import { type DynamicModule, Module, StandardSchemaSerializerInterceptor } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, DiscoveryModule, Reflector } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { type ProcessParts, ProductModule } from '../product.module.js';
import { RolesController } from './access/roles.controller.js';
import { AuditController } from './audit/audit.controller.js';
import { RetentionController } from './audit/retention.controller.js';
import { BouncesController } from './bounces/bounces.controller.js';
import { DeliveriesController } from './deliveries/deliveries.controller.js';
import { HealthController } from './health/health.controller.js';
import { AnswersFirst } from './http/answers-first.interceptor.js';
import { AuthenticationGuard } from './http/authentication.guard.js';
import { CsvPlaces } from './http/csv-places.js';
import { Cursors } from './http/cursors.js';
import { Denials } from './http/denials.js';
import { EventStreams } from './http/event-streams.js';
import { GuardedStreams } from './http/guarded-streams.js';
import { NextPage } from './http/next-page.interceptor.js';
import { PracticeScope } from './http/practice-scope.interceptor.js';
import { ProblemFilter } from './http/problem.filter.js';
import { RepeatedPosts } from './http/repeated-posts.interceptor.js';
import { RouteTable } from './http/route-table.js';
import { SessionStrategy } from './http/session.strategy.js';
import { SessionCookies } from './http/session-cookies.js';
import { UnexpectedInputGuard } from './http/unexpected-input.guard.js';
import type { Mailbox } from './mailbox/mailbox.js';
import { MailboxModule } from './mailbox/mailbox.module.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { ProcessMetrics } from './metrics/process-metrics.js';
import { ScraperGuard } from './metrics/scraper.guard.js';
import { PagesController } from './pages/pages.controller.js';
import { PracticesController } from './practices/practices.controller.js';
import { BulkResetsController } from './recovery/bulk-resets.controller.js';
import { OverviewController } from './recovery/overview.controller.js';
import { ResetLogController } from './recovery/reset-log.controller.js';
import { SelfServiceController } from './recovery/self-service.controller.js';
import { PasswordStrategy } from './sessions/password.strategy.js';
import { SessionViews } from './sessions/session-views.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { SupportGrantsController } from './support/support-grants.controller.js';
import { TemplateViews } from './templates/template-views.js';
import { TemplatesController } from './templates/templates.controller.js';
import { MeController } from './users/me.controller.js';
import { UserImportsController } from './users/user-imports.controller.js';
import { UsersController } from './users/users.controller.js';

/** HTTP and nothing else: who may call what, what goes in, what comes out. */
@Module({})
export class ApiModule {
  static forRoot(parts: Omit<ProcessParts, 'role'>, mailbox: Mailbox | undefined): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        ProductModule.forRoot({ ...parts, role: 'latchkey_api' }),
        PassportModule,
        DiscoveryModule,
        ...(mailbox ? [MailboxModule.over(mailbox)] : []),
      ],
      controllers: [
        PagesController,
        HealthController,
        MetricsController,
        SessionsController,
        SelfServiceController,
        ResetLogController,
        BulkResetsController,
        OverviewController,
        PracticesController,
        MeController,
        UsersController,
        UserImportsController,
        RolesController,
        DeliveriesController,
        BouncesController,
        AuditController,
        RetentionController,
        SupportGrantsController,
        TemplatesController,
      ],
      providers: [
        RouteTable,
        { provide: ProcessMetrics, useFactory: () => new ProcessMetrics() },
        ScraperGuard,
        CsvPlaces,
        Cursors,
        EventStreams,
        GuardedStreams,
        SessionCookies,
        SessionViews,
        TemplateViews,
        SessionStrategy,
        PasswordStrategy,
        Denials,
        ProblemFilter,
        { provide: APP_FILTER, useExisting: ProblemFilter },
        { provide: APP_GUARD, useClass: AuthenticationGuard },
        { provide: APP_GUARD, useClass: UnexpectedInputGuard },
        // Outermost first: what must be written down before, the transaction, in it the kept answers, in them what the schema lets out.
        { provide: APP_INTERCEPTOR, useClass: AnswersFirst },
        { provide: APP_INTERCEPTOR, useClass: PracticeScope },
        { provide: APP_INTERCEPTOR, useClass: RepeatedPosts },
        { provide: APP_INTERCEPTOR, useClass: NextPage },
        {
          provide: APP_INTERCEPTOR,
          useFactory: (reflector: Reflector) => new StandardSchemaSerializerInterceptor(reflector),
          inject: [Reflector],
        },
      ],
    };
  }
}
