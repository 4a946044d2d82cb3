using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Http;
using TaskProcessing.Server.Http.ApiDocuments;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Dav;
using TaskProcessing.Server.Http.Endpoints;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Http.RateLimiting;
using TaskProcessing.Server.Http.Rest;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Providers.Apps.LifeCycle;
using TaskProcessing.Server.Providers.Choosing;
using TaskProcessing.Server.Providers.Local;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Leases;
using TaskProcessing.Server.Tasks.Results;
using TaskProcessing.Server.Tasks.Scheduling;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Upkeep;
using TaskProcessing.Server.Upkeep.Duties;
using TaskProcessing.Server.Upkeep.Watching;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server;

/// <summary>The composition root: what the server is made of, and the order in which requests pass through it.</summary>
internal static class ServerBuilder
{
    /// <summary>A builder that reads <c>appsettings.json</c>, the environment (<c>TASKPROCESSING_</c>) and the arguments, the later before the earlier.</summary>
    public static WebApplicationBuilder Create(params string[] args)
    {
        // Slim: without IIS, HTTP/3 and what else ASP.NET Core would load for nobody. Settings are read once; without being told it watches their files.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = ["--hostBuilder:reloadConfigOnChange=false", .. args],
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Configuration.AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true);
        builder.Configuration.AddEnvironmentVariables("TASKPROCESSING_");
        builder.Configuration.AddCommandLine(args);
        return builder;
    }

    /// <summary>Everything but the web server's requests and the workers; commands make do with this.</summary>
    public static WebApplicationBuilder AddTaskProcessing(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        builder.Logging.AddServerLogging(builder.Configuration);
        services.AddServerOptions(builder.Configuration);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<Outages>();
        services.AddTaskStore();
        services.AddFiles();
        services.AddDataProtection().SetApplicationName("TaskProcessing").ProtectKeys(builder.Configuration);

        services.AddSingleton<CredentialCache>();
        services.AddSingleton<AccountDirectory>();
        services.AddSingleton<VerifyCredentials>();
        services.AddSingleton<CreateAccount>();
        services.AddSingleton<ChangePassword>();
        services.AddSingleton<RemoveAccount>();
        services.AddSingleton<CreateAppPassword>();

        services.AddSingleton<ExAppSecrets>();
        services.AddSingleton<ExAppDirectory>();
        services.AddSingleton<AddExApp>();
        services.AddSingleton<AvailableTaskTypes>();
        services.AddSingleton<RegisterProvider>();
        services.AddSingleton<UnregisterProvider>();
        services.AddSingleton<ListProviders>();
        services.AddSingleton<PreferProvider>();
        services.AddSingleton<EnableProvider>();

        services.AddExApps();
        services.AddWebhooks();

        services.AddSingleton<TaskSignal>();
        services.AddSingleton<ScheduleTask>();
        services.AddSingleton<ClaimTasks>();
        services.AddSingleton<ReportProgress>();
        services.AddSingleton<StreamOutput>();
        services.AddSingleton<FinishTask>();
        services.AddSingleton<FinishTasks>();
        services.AddSingleton<CancelTask>();
        services.AddSingleton<RemoveOldTasks>();
        services.AddSingleton<DeleteTask>();
        services.AddSingleton<FindTask>();
        services.AddSingleton<FollowTask>();
        services.AddSingleton<FollowTasks>();
        services.AddSingleton(Random.Shared);
        services.AddSingleton<LeaseTerms>();
        services.AddSingleton<RenewLease>();
        services.AddSingleton<ReleaseTask>();
        services.AddSingleton<RequeueTask>();
        services.AddSingleton<ReturnLostTasks>();
        services.AddSingleton<WakeDelayedTasks>();
        services.AddSingleton<FindQueuePosition>();
        return builder;
    }

    /// <summary>What only a running server needs: the gate of requests, start-up, watchers and the built-in workers.</summary>
    public static WebApplicationBuilder AddServing(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        builder.WebHost.ConfigureKestrel((context, kestrel) =>
            kestrel.Limits.MaxRequestBodySize = context.Configuration.GetValue("Ocs:MaxRequestBytes", new OcsOptions().MaxRequestBytes));
        // RequestLog says what it would say; while it is on, ASP.NET Core makes an activity for each request.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // The slim builder has no patterns in routes; OcsRoutes wants one.
        services.AddRouting();
        services.AddForwardedHeaders();
        services.AddSingleton<IRateCounter, SlidingLog>();
        services.AddSingleton<LoginThrottle>();
        services.AddSingleton<OpenWaits>();
        services.AddSingleton<EndRevokedWaits>();
        services.AddSingleton<Login>();
        services.AddHealthChecks().AddCheck<StoreHealth>("store").AddCheck<FileHealth>("files");
        services.AddApiDocuments();
        services.AddDav();

        services.AddSingleton<ChangeWatcher>();
        services.AddSingleton<ICaretakerDuty, SweepFilesDuty>();
        services.AddSingleton<ICaretakerDuty, CheckFilesDuty>();
        services.AddSingleton<ICaretakerDuty, RemoveExpiredTasks>();
        services.AddSingleton<ICaretakerDuty, ForgetIdempotencyKeys>();
        services.AddSingleton<ICaretakerDuty, ForgetWebhooks>();
        services.AddSingleton<Caretaker>();
        services.AddSingleton<QueueWatcher>();
        services.AddSingleton<QueueKeeper>();
        services.AddHostedService<ServerStart>();
        services.AddSingleton<IRound>(provider => provider.GetRequiredService<ChangeWatcher>());
        services.AddSingleton<IRound>(provider => provider.GetRequiredService<QueueWatcher>());
        services.AddSingleton<IRound>(provider => provider.GetRequiredService<QueueKeeper>());
        services.AddSingleton<IRound>(provider => provider.GetRequiredService<Caretaker>());
        services.AddHostedService<Rounds>();
        services.AddHostedService<SignalRelay>();
        services.AddHostedService(provider => provider.GetRequiredService<ExAppLifeCycle>());
        services.AddHostedService(provider => provider.GetRequiredService<ExAppPresenceKeeper>());
        services.AddHostedService(provider => provider.GetRequiredService<TriggerProviders>());
        services.AddHostedService(provider => provider.GetRequiredService<WebhookDispatcher>());
        services.AddLocalProviders();
        return builder;
    }

    /// <summary>The way of a request, and where it may end.</summary>
    public static WebApplication UseTaskProcessing(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseRequestLog();
        app.UseRequestPaths();
        app.UseErrorPages();
        app.UseRouting();
        app.UseAccessCheck();
        app.UseRestAccess();
        app.UseRateLimits();

        app.MapTasks();
        app.MapTaskEvents();
        app.MapProviders();
        app.MapTaskFiles();
        app.MapDav();
        if (app.Services.GetRequiredService<IOptions<OcsOptions>>().Value.Profile == OcsProfile.Manual)
            app.MapManual();
        app.MapAppApiRoutes();
        app.MapAppApiSettings();
        app.MapCloudRoutes();
        if (app.Services.GetRequiredService<IOptions<RestOptions>>().Value.Enabled)
            app.MapRest();
        app.MapHealth();
        app.MapApiDocuments();
        return app;
    }
}
