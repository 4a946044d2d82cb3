using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Server.Nextclouds;

/// <summary>The clients of the connections. They share one pool of sockets, and none follows a redirect with a secret.</summary>
internal sealed class NextcloudClients(TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<string, NextcloudClient> _clients = new();

    private readonly SocketsHttpHandler _sockets = new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(15),
    };

    /// <summary>A client for the connection as it is now; a changed one gets another client.</summary>
    public NextcloudClient Of(KnownNextcloud known) =>
        _clients.AddOrUpdate(
            known.Id,
            _ => new NextcloudClient(known, _sockets, time),
            (_, client) => client.Fits(known) ? client : new NextcloudClient(known, _sockets, time)
        );

    public void Dispose() => _sockets.Dispose();
}

/// <summary>
/// Calls one Nextcloud as its app. It holds nothing but the shared pool, and has no gate: the connection alone decides when the
/// Nextcloud is left in peace, because it hears when the app is enabled again.
/// </summary>
internal sealed class NextcloudClient
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(60);

    private readonly KnownNextcloud _known;
    private readonly TimeProvider _time;
    private readonly HttpClient _quick;
    private readonly HttpClient _patient;

    public NextcloudClient(KnownNextcloud known, SocketsHttpHandler sockets, TimeProvider time)
    {
        (_known, _time) = (known, time);
        _quick = Http(AnswerTimeout);
        _patient = Http(Timeout.InfiniteTimeSpan);
        Calls = new OcsConnection(_quick, Credentials(userId: null), time);
        CallsAsGuest = new OcsConnection(_quick, OcsCredentials.Guest, time);
        Work = Source(Calls);
        Transfers = Source(new OcsConnection(_patient, Credentials(userId: null), time));

        HttpClient Http(TimeSpan timeout) =>
            new(sockets, disposeHandler: false) { BaseAddress = new Uri(known.Connection.Url + '/'), Timeout = timeout };
    }

    /// <summary>Pages, without credentials; an answer within a minute.</summary>
    public HttpClient Pages => _quick;

    /// <summary>Calls as the app without a user; an answer within a minute.</summary>
    public OcsConnection Calls { get; }

    /// <summary>Calls without credentials; an answer within a minute.</summary>
    public OcsConnection CallsAsGuest { get; }

    /// <summary>Tasks and reports; an answer within a minute.</summary>
    public OcsWorkSource Work { get; }

    /// <summary>Files: as <see cref="Work"/>, and without a limit of time. The caller sets one.</summary>
    public OcsWorkSource Transfers { get; }

    /// <summary>Calls in a user's name, without a limit of time.</summary>
    public OcsConnection CallsAs(string userId) => new(_patient, Credentials(userId), _time);

    /// <summary>Sends a request that a connection has made, without a limit of time; the answer is no envelope.</summary>
    /// <exception cref="OcsException">There was no answer.</exception>
    public async Task<HttpResponseMessage> SendPlainAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _patient.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException error)
        {
            throw new OcsException($"{request.Method} {request.RequestUri?.AbsolutePath} got no answer: {error.Message}", error);
        }
    }

    public bool Fits(KnownNextcloud known) =>
        known.Secret == _known.Secret
        && known.Connection.Url == _known.Connection.Url
        && known.Connection.AppId == _known.Connection.AppId
        && known.Connection.AppVersion == _known.Connection.AppVersion;

    private OcsCredentials Credentials(string? userId) =>
        OcsCredentials.App(_known.Connection.AppId, _known.Connection.AppVersion, _known.Secret, userId);

    // A Nextcloud has no long polls, but another server of ours may stand on the other side.
    private OcsWorkSource Source(OcsConnection connection) =>
        new(connection, new OcsWorkerOptions { Wait = TimeSpan.Zero }, _time, NullLogger.Instance);
}
