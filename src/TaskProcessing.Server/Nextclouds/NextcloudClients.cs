using System.Collections.Concurrent;
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
    public NextcloudClient Of(KnownNextcloud known)
    {
        var client = _clients.AddOrUpdate(
            known.Id,
            _ => new NextcloudClient(known, _sockets, time),
            (_, client) => client.Fits(known) ? client : new NextcloudClient(known, _sockets, time)
        );
        // The connection knows when the Nextcloud is to be left alone, and hears when it enables the app again; the sources do not.
        client.Work.EndSilence();
        client.Transfers.EndSilence();
        return client;
    }

    public void Dispose() => _sockets.Dispose();
}

/// <summary>Calls one Nextcloud as its app. It holds nothing but the shared pool.</summary>
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
        Work = new OcsWorkSource(_quick, Options(), time);
        Transfers = new OcsWorkSource(_patient, Options(), time);

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

    private OcsWorkerOptions Options() =>
        new()
        {
            Server = new Uri(_known.Connection.Url + '/'),
            AppId = _known.Connection.AppId,
            AppVersion = _known.Connection.AppVersion,
            Secret = _known.Secret,
            // A Nextcloud has no long polls, but another server of ours may stand on the other side.
            Wait = TimeSpan.Zero,
        };
}
