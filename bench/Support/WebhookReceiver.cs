using System.Net;
using System.Text.Json;

namespace TaskProcessing.Benches;

/// <summary>A receiver that accepts every delivery only after some refusals, and a record of the accepted ones.</summary>
internal sealed class WebhookReceiver : IDisposable
{
    private readonly int _refusals;
    private readonly HttpListener _listener = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _tries = [];

    public WebhookReceiver(int refusals)
    {
        _refusals = refusals;
        Address = new Uri($"http://127.0.0.1:{ServerProgram.FreePort()}/");
        _listener.Prefixes.Add(Address.ToString());
        _listener.Start();
        _ = ListenAsync();
    }

    public Uri Address { get; }

    public int Refused { get; private set; }

    /// <summary>
    /// The deliveries that came again after they were accepted: the server died before it could record the answer.
    /// </summary>
    public int Repeated { get; private set; }

    /// <summary>Task and status of each delivery that was taken, by the id of the delivery.</summary>
    public Dictionary<string, (long Task, string Status)> Taken { get; } = [];

    public bool HasAll(IReadOnlySet<long> tasks)
    {
        lock (_lock)
            return tasks.IsSubsetOf(Taken.Values.Select(delivery => delivery.Task));
    }

    public void Dispose() => _listener.Close();

    private async Task ListenAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                await AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or IOException or JsonException)
            {
                // The server died in the middle of it, or the run is over.
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var body = await JsonDocument.ParseAsync(context.Request.InputStream);
        var task = body.RootElement.GetProperty("task");
        context.Response.StatusCode = Take(
            context.Request.Headers["webhook-id"]!,
            task.GetProperty("id").GetInt64(),
            task.GetProperty("status").ToString()
        );
        context.Response.Close();
    }

    private int Take(string delivery, long task, string status)
    {
        lock (_lock)
        {
            var tries = _tries[delivery] = _tries.GetValueOrDefault(delivery) + 1;
            if (tries <= _refusals)
            {
                Refused++;
                return 503;
            }

            if (!Taken.TryAdd(delivery, (task, status)))
                Repeated++;
            return 200;
        }
    }
}
