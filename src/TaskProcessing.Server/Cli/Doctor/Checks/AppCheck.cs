using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps;

namespace TaskProcessing.Server.Cli.Doctor.Checks;

/// <summary>Whether provider apps answer their heartbeat; <c>exapp check</c> looks closer, and calls more than that.</summary>
internal sealed class AppCheck : DatabaseCheck
{
    private static readonly TimeSpan HeartbeatTimeout = TimeSpan.FromSeconds(10);

    public override string Name => "apps";

    protected override async Task<IReadOnlyList<Finding>> RunAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var apps = await services.GetRequiredService<IExAppStore>().ListAsync(cancellationToken);
        return apps.Count == 0
            ? [Finding.Ok("no provider app was added")]
            : await Task.WhenAll(apps.Select(app => LookAsync(app, services.GetRequiredService<CallExApp>(), cancellationToken)));
    }

    private static async Task<Finding> LookAsync(ExApp app, CallExApp call, CancellationToken cancellationToken)
    {
        if (!app.Enabled)
            return Finding.Warning($"{app.Id} is disabled", $"\"taskprocessing exapp enable {app.Id}\" lets it work");
        if (app.Url is null)
            return Finding.Ok($"{app.Id} has no address and asks for tasks by itself");

        // Without the secret, which may be encrypted with a key that is lost.
        var answer = await call.RunAsync(
            new KnownExApp(app, Secret: ""),
            new ExAppCall(HttpMethod.Get, "/heartbeat", HeartbeatTimeout) { Authenticated = false },
            cancellationToken
        );
        var more = $"start it; \"taskprocessing exapp check {app.Id}\" looks closer";
        return answer.Status is null ? Finding.Failed($"{app.Id} cannot be reached at {app.Url}: {answer.Reason}", more)
            : answer.IsGood ? Finding.Ok($"{app.Id} answers at {app.Url}")
            : Finding.Failed($"{app.Url}/heartbeat answers {(int)answer.Status} instead of 200: is that {app.Id}?", more);
    }
}
