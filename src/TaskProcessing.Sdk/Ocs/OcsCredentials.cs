using System.Net.Http.Headers;
using System.Text;

namespace TaskProcessing.Sdk.Ocs;

/// <summary>The credentials of a caller. The secret is never shown.</summary>
public sealed class OcsCredentials
{
    private readonly Action<HttpRequestHeaders> _apply;
    private readonly string _shown;

    private OcsCredentials(string shown, Action<HttpRequestHeaders> apply, bool isAppWithoutUser = false)
    {
        _shown = shown;
        _apply = apply;
        IsAppWithoutUser = isAppWithoutUser;
    }

    /// <summary>No credentials: a guest, on servers that serve guests.</summary>
    public static OcsCredentials Guest { get; } = new("guest", _ => { });

    /// <summary>True when tasks belong to no user; such tasks have routes of their own.</summary>
    internal bool IsAppWithoutUser { get; }

    /// <summary>A user with an app password (or, if the server allows it, the password).</summary>
    public static OcsCredentials AppPassword(string userId, string password) =>
        new($"user {userId}", headers => headers.Authorization = new AuthenticationHeaderValue("Basic", Base64($"{userId}:{password}")));

    /// <summary>The bearer of a token.</summary>
    public static OcsCredentials Bearer(string token) =>
        new("bearer", headers => headers.Authorization = new AuthenticationHeaderValue("Bearer", token));

    /// <summary>A provider app, acting for itself or for a user.</summary>
    /// <param name="appId">The id under which the server knows the app.</param>
    /// <param name="appVersion">The app's version, such as <c>1.0.0</c>.</param>
    /// <param name="secret">The secret that the app shares with the server.</param>
    /// <param name="userId">The user that the app acts for; null for itself.</param>
    public static OcsCredentials App(string appId, string appVersion, string secret, string? userId = null) =>
        new(
            $"app {appId}",
            headers =>
            {
                headers.Add("EX-APP-ID", appId);
                headers.Add("EX-APP-VERSION", appVersion);
                headers.Add("AUTHORIZATION-APP-API", Base64($"{userId}:{secret}"));
                // The version of AppAPI that these headers follow; servers do not check it.
                headers.Add("AA-VERSION", "2.2.0");
            },
            isAppWithoutUser: string.IsNullOrEmpty(userId)
        );

    /// <inheritdoc />
    public override string ToString() => _shown;

    internal void Apply(HttpRequestHeaders headers) => _apply(headers);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
