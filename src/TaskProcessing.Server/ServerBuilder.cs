using Microsoft.AspNetCore.Builder;
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
using TaskProcessing.Server.Http.Pages;
using TaskProcessing.Server.Http.RateLimiting;
using TaskProcessing.Server.Http.Rest;
using TaskProcessing.Server.Http.Scraping;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Nextclouds.Work;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Local;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Wire;
using TaskProcessing.Server.Upkeep;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server;

/// <summary>The composition root: the services of the server, and the order of its middleware.</summary>
internal static class ServerBuilder
{
    /// <summary>A builder with the settings of <see cref="ServerSettings"/>.</summary>
    /// <exception cref="SettingsFileException">A file of settings cannot be read.</exception>
    public static WebApplicationBuilder Create(params string[] args)
    {
        var settings = ServerSettings.Read(args);
        WebApplicationBuilder builder;
        try
        {
            // Slim: without IIS, HTTP/3 and other components that the server does not use. reloadOnChange is on by default;
            // settings are read once, so it is switched off.
            builder = WebApplication.CreateSlimBuilder(
                new WebApplicationOptions
                {
                    Args = ["--hostBuilder:reloadConfigOnChange=false", .. args],
                    ContentRootPath = AppContext.BaseDirectory,
                }
            );
        }
        catch (InvalidDataException error)
        {
            // appsettings.Production.json and the like, which only ASP.NET Core looks for.
            throw new SettingsFileException($"{error.Message} {error.GetBaseException().Message}", error);
        }

        builder.WebHost.UseKestrelHttpsConfiguration();
        // ASP.NET Core has added all variables of the environment, also foreign ones such as STORE or Rest__Anonymous.
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddConfiguration(settings);
        return builder;
    }

    /// <summary>Everything but the web server's requests and the workers; commands make do with this.</summary>
    public static WebApplicationBuilder AddTaskProcessing(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddServerOptions(builder.Configuration);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<Outages>();
        services.AddSingleton(_ => new TaskMetrics());
        services.AddTaskStore();
        services.AddAccounts(builder.Configuration);
        services.AddFiles();
        services.AddTasks();
        services.AddProviders();
        services.AddNextclouds();
        services.AddNextcloudWork();
        services.AddWebhooks();
        services.AddBackups();
        return builder;
    }

    /// <summary>
    /// The services of a running server: requests, start-up, background work and the providers of this process.
    /// </summary>
    public static WebApplicationBuilder AddServing(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddServerLogging(
            builder.Configuration,
            // RequestLog logs the same; while this category is on, ASP.NET Core makes an activity for each request.
            "Microsoft.AspNetCore.Hosting.Diagnostics",
            // It repeats paths, also those with a token in them.
            "Microsoft.AspNetCore.Routing.Matching.DfaMatcher",
            // Probes come every few seconds. Their answer has the reason, and Outages logs it once.
            "Microsoft.Extensions.Diagnostics.HealthChecks"
        );
        services.AddTelemetry(builder.Configuration);
        services.AddHttp();
        services.AddHostedService<ServerStart>();
        services.AddDrain();
        services.AddUpkeep();
        services.AddExAppBackground();
        services.AddNextcloudBackground();
        services.AddWebhookDispatcher();
        services.AddLocalProviders();
        return builder;
    }

    /// <summary>The way of a request, and where it may end.</summary>
    public static WebApplication UseTaskProcessing(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseResponseHeaders();
        app.UseUnreadBodies();
        app.UseRequestLog();
        app.UseRequestPaths();
        app.UseErrorPages();
        app.UseRouting();
        app.UseAllowedOrigins();
        app.UseScrapeToken();
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
        app.MapNextclouds();
        app.MapCloudRoutes();
        if (app.Services.GetRequiredService<IOptions<PageOptions>>().Value.Enabled)
        {
            app.MapSessions();
            app.MapLoginFlow();
            app.MapAdmin();
            app.MapAdminServing();
            app.MapAdminNextclouds();
            app.MapAdminAccounts();
            app.MapPages();
        }

        if (app.Services.GetRequiredService<IOptions<RestOptions>>().Value.Enabled)
            app.MapRest();
        app.MapHealth();
        app.MapMetrics();
        app.MapApiDocuments();
        return app;
    }
}
