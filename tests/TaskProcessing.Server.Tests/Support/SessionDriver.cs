using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>Signs in as the pages do: a client with a jar of cookies that sends the session's request token along.</summary>
internal static class SessionDriver
{
    public const string Route = $"{OcsDriver.Root}/session";

    public const string Password = "correct horse";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Adds a user with <see cref="Password"/>; answers a client that is signed in with a session.</summary>
    public static async Task<HttpClient> SignedInAsync(this TestServer server, string id, bool isAdmin = false)
    {
        await server.AddUserAsync(id, isAdmin, Password);
        var client = server.Guest();
        await client.SignInAsync(id);
        return client;
    }

    /// <summary>Signs in and keeps the request token; answers the session.</summary>
    public static async Task<JsonElement> SignInAsync(this HttpClient client, string id, string password = Password)
    {
        using var answer = await client.TrySignInAsync(id, password);
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Token));
        var session = await OcsDriver.DataOf(answer);
        client.DefaultRequestHeaders.Remove("requesttoken");
        client.DefaultRequestHeaders.Add("requesttoken", session.GetProperty("requestToken").GetString());
        return session;
    }

    public static Task<HttpResponseMessage> TrySignInAsync(this HttpClient client, string user, string password) =>
        client.PostAsJsonAsync(Route, new { user, password }, Token);
}
