using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using TaskProcessing.Benches;

namespace Soak.Scenes;

/// <summary>What scenes are played with.</summary>
internal sealed partial class Stage(Cast cast) : IDisposable
{
    /// <summary>Where apps keep settings of their own.</summary>
    public const string Settings = "/ocs/v2.php/apps/app_api/api/v1/ex-app/config";

    private int _names;

    public Cast Cast => cast;

    /// <summary>Providers that were offered and not yet taken back.</summary>
    public ConcurrentDictionary<string, bool> Offered { get; } = new();

    public HttpClient Http { get; } = Caller.Client(cast.Address);

    public Tally Tally { get; } = new();

    /// <summary>A name that nothing else has.</summary>
    public string NewName(string kind) => $"{kind}-{Interlocked.Increment(ref _names)}";

    public (Person Person, Caller Caller) AnyUser(Random random)
    {
        var person = cast.AnyUser(random);
        return (person, Caller.User(Http, Tally, person));
    }

    public Caller AsAnyUser(Random random) => AnyUser(random).Caller;

    public Caller AsAdmin() => Caller.User(Http, Tally, cast.Admin);

    public Caller AsApp() => Caller.App(Http, Tally);

    public Caller AsGuest() => Caller.Guest(Http, Tally);

    /// <summary>Revokes the app passwords of a user that scenes made.</summary>
    public async Task RevokeAllButFirstAsync(string user, CancellationToken cancellationToken)
    {
        var route = $"{Caller.Tasks}/admin/users/{user}/app_passwords";
        var all = (await AsAdmin().GetAsync(route, cancellationToken)).Data.GetProperty("appPasswords");
        foreach (
            var name in all.EnumerateArray().Select(NameOf).Where(name => name.StartsWith("client", StringComparison.Ordinal)).Distinct()
        )
            await AsAdmin().PostAsync($"{route}/revoke", new { name }, cancellationToken, 404);
    }

    /// <summary>Takes a provider back, and the setting of its name; neither needs to be there.</summary>
    public async Task WithdrawAsync(string name, CancellationToken cancellationToken)
    {
        var keys = JsonContent.Create(new { configKeys = new[] { name } });
        await AsApp().CallAsync("DELETE", Settings, keys, [200, 404], cancellationToken);
        await AsApp().DeleteAsync($"{Callers.Registrations}?name={name}", cancellationToken, 404);
        Offered.TryRemove(name, out _);
    }

    /// <summary>Ends and removes what scenes that were cut short have left behind, as their people would.</summary>
    public async Task TidyAsync(CancellationToken cancellationToken)
    {
        foreach (var person in cast.Users)
        {
            var user = Caller.User(Http, Tally, person);
            var root = $"/remote.php/dav/files/{person.Name}/";
            var listing = await user.CallAsync("PROPFIND", root, null, [207], cancellationToken, ("Depth", "1"));
            foreach (var href in Hrefs().Matches(listing.Text).Select(match => match.Groups[1].Value).Where(href => href != root))
                await user.DeleteAsync(href, cancellationToken);
            await RevokeAllButFirstAsync(person.Name, cancellationToken);
        }

        await CancelAllAsync(cancellationToken);
        foreach (var provider in Offered.Keys)
            await WithdrawAsync(provider, cancellationToken);

        var visitors = (await AsAdmin().GetAsync($"{Caller.Tasks}/admin/users?search={AccountScenes.Visitor}", cancellationToken)).Data;
        foreach (var visitor in visitors.GetProperty("users").EnumerateArray())
            await AsAdmin().DeleteAsync($"{Caller.Tasks}/admin/users/{visitor.GetProperty("id").GetString()}", cancellationToken);
    }

    public void Dispose() => Http.Dispose();

    /// <summary>Tasks of guests too, which an operator may have had run again.</summary>
    private async Task CancelAllAsync(CancellationToken cancellationToken)
    {
        foreach (var status in new[] { "pending", "running" })
        {
            var answer = await AsAdmin().GetAsync($"/api/v1/tasks?limit=1000&status={status}", cancellationToken);
            foreach (var task in JsonElement.Parse(answer.Text).GetProperty("data").EnumerateArray())
            {
                var route = $"{Caller.Tasks}/admin/tasks/{task.GetProperty("id").GetInt64()}/cancel";
                await AsAdmin().PostAsync(route, new { }, cancellationToken, 404, 409);
            }
        }
    }

    private static string NameOf(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.String ? entry.GetString()! : entry.GetProperty("name").GetString()!;

    [GeneratedRegex("<d:href>([^<]*)</d:href>")]
    private static partial Regex Hrefs();
}
