using Microsoft.AspNetCore.Http;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Http;
using TaskProcessing.Server.Http.Bodies;
using TaskProcessing.Server.Http.Scraping;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Upkeep.Watching;

namespace TaskProcessing.Server;

/// <summary>
/// What is measured and traced, and the ways out: <c>/metrics</c>, and OTLP where OpenTelemetry's own variables name an endpoint.
/// </summary>
internal static class ServerTelemetry
{
    private const string RequestDuration = "http.client.request.duration";

    public static void AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        var measures = (configuration.GetSection(MetricsOptions.Section).Get<MetricsOptions>() ?? new MetricsOptions()).Enabled;
        var traces = IsExported(configuration, "TRACES");
        if (!measures && !traces)
            return;

        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => AddService(resource, configuration));
        if (measures)
        {
            telemetry.WithMetrics(AddMetrics);
            services.ConfigureOpenTelemetryMeterProvider((provider, metrics) => metrics.AddMeter(ConnectedMetrics(provider).Name));
            if (IsExported(configuration, "METRICS"))
                telemetry.WithMetrics(metrics => metrics.AddOtlpExporter());
        }

        if (traces)
            telemetry.WithTracing(AddTraces);
    }

    /// <summary>Whether a signal is sent anywhere, as OpenTelemetry specifies; its libraries read all else themselves.</summary>
    private static bool IsExported(IConfiguration configuration, string signal) =>
        !string.IsNullOrEmpty(configuration[FrameworkSettings.OtlpEndpoint]) && configuration[$"OTEL_{signal}_EXPORTER"] != "none";

    private static void AddService(ResourceBuilder resource, IConfiguration configuration) =>
        resource.AddService(configuration["OTEL_SERVICE_NAME"] ?? "taskprocessing", serviceVersion: ServerVersion.Full);

    private static void AddTraces(TracerProviderBuilder traces) =>
        traces
            .AddSource(TaskTraces.Name, WorkerTracing.SourceName)
            .AddAspNetCoreInstrumentation(requests =>
            {
                // Probes and scrapes come every few seconds.
                requests.Filter = context => !IsProbe(context.Request.Path);
                // A token in a path is as secret here as in the log.
                requests.EnrichWithHttpResponse = (span, response) => span.SetTag("url.path", RequestLog.PathOf(response.HttpContext));
            })
            // Paths of webhooks and of linked files hold secrets, as do names in front of a host.
            .AddHttpClientInstrumentation(calls =>
                calls.EnrichWithHttpRequestMessage = (span, request) =>
                    span.SetTag("url.full", request.RequestUri?.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped))
            )
            .AddNpgsql()
            .AddOtlpExporter();

    private static bool IsProbe(PathString path) => path.StartsWithSegments("/health") || path.StartsWithSegments(Scraping.Path);

    private static void AddMetrics(MeterProviderBuilder metrics) =>
        metrics
            .AddRuntimeInstrumentation()
            .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql", "System.Net.Http")
            // Receivers of webhooks are named by users: an address is no label.
            .AddView(instrument =>
                instrument.Meter.Name == "System.Net.Http"
                    ? instrument.Name == RequestDuration
                        ? new MetricStreamConfiguration { TagKeys = ["http.request.method", "http.response.status_code", "error.type"] }
                        : MetricStreamConfiguration.Drop
                    : null
            )
            .AddPrometheusExporter(prometheus =>
            {
                prometheus.ScopeInfoEnabled = false;
                // What costs something is kept by LevelReader.
                prometheus.ScrapeResponseCacheDurationMilliseconds = 0;
            });

    private static TaskMetrics ConnectedMetrics(IServiceProvider services)
    {
        var metrics = services.GetRequiredService<TaskMetrics>();
        var levels = services.GetRequiredService<LevelReader>();
        var signal = services.GetRequiredService<TaskSignal>();
        var outages = services.GetRequiredService<Outages>();
        var bodies = services.GetRequiredService<BufferedBodies>();
        metrics.Observe(levels.Read, () => signal.Waiters, () => outages.Count, () => bodies.Held);
        return metrics;
    }
}
