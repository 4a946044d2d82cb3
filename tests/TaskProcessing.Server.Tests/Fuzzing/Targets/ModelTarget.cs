using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Providers.OpenAI;
using TaskProcessing.Sdk.Testing;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Tests.Providers.OpenAI;

namespace TaskProcessing.Server.Tests.Fuzzing.Targets;

/// <summary>Answers of model endpoints: whatever one sends, a task ends with an output or with an error that is one of ours.</summary>
internal sealed partial class ModelTarget : IFuzzTarget, IAsyncDisposable
{
    /// <summary>How long nothing may happen before the clock of the providers jumps, in case they wait for it.</summary>
    private static readonly TimeSpan Lull = TimeSpan.FromMilliseconds(200);

    private const int MaxLulls = 100;

    private const string Tools = """
        {"system_prompt":"","input":"Weather?","tool_message":"","history":[],
         "tools":"[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"description\":\"d\",\"parameters\":{\"type\":\"object\"}}}]"}
        """;

    private static readonly ImmutableArray<(string Type, string Input, Reply[] Replies)> Works =
    [
        .. OddAnswers.Texts.Concat(OddRefusals.Texts).Select(row => ("core:text2text", """{"input":"Hello"}""", row.Replies)),
        .. OddToolCalls.Tools.Select(row => ("core:text2text:chatwithtools", Tools, row.Replies)),
        .. OddMedia.Images.Select(row => ("core:text2image", """{"input":"A boat","numberOfImages":1}""", row.Replies)),
        .. OddMedia.Speech.Select(row => ("core:text2speech", """{"input":"Hello","speed":2}""", row.Replies)),
        .. OddMedia.Transcripts.Select(row => ("core:audio2text", """{"input":1}""", row.Replies)),
    ];

    private static readonly ImmutableArray<string?> Types =
    [
        Reply.Events,
        Reply.Json,
        "text/event-stream; charset=utf-16",
        "application/json; charset=nonsense",
        "text/plain",
        "image/png",
        "audio/mpeg",
        "nonsense",
        null,
    ];

    private EndpointBench? _bench;

    public string Name => "models";

    public async Task<Find?> TryAsync(Mutator mutator, CancellationToken cancellationToken)
    {
        var bench = _bench ??= await StartAsync();
        var (type, input, replies) = mutator.Pick(Works);
        replies = [.. replies.Select(reply => Damaged(reply, mutator))];
        var isCut = mutator.Chance(0.1);
        var after = mutator.Chance(0.1) ? mutator.Value().Replace("\r", "").Replace("\n", "").Replace("\0", "") : null;
        bench.Endpoint.Script.Clear();
        bench.Endpoint.Requests.Clear();
        foreach (var reply in replies)
            bench.Endpoint.Script.Enqueue(context => SendAsync(context, reply, after, isCut));

        using var run = bench.Start(TaskOutput.FromJson(input), type);
        var problem = await ProblemAsync(bench, run, cancellationToken);
        return problem is null
            ? null
            : new Find(problem, $"{type} {string.Join(" | ", replies.Select(Shown))} retry-after={after} cut={isCut}");
    }

    public ValueTask DisposeAsync() => _bench?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task<EndpointBench> StartAsync()
    {
        var bench = await EndpointBench.StartAsync(
            new OpenAIEndpointOptions
            {
                Key = "very-secret-key",
                RetrySeconds = 0,
                ImageModel = "able",
                SpeechModel = "able",
                TranscriptionModel = "able",
            }
        );
        bench.Files[1] = SmallFiles.Mp3;
        return bench;
    }

    private static async Task<string?> ProblemAsync(EndpointBench bench, ProviderTestRun run, CancellationToken cancellationToken)
    {
        for (var lulls = 0; await Task.WhenAny(run.Completion, Task.Delay(Lull, cancellationToken)) != run.Completion; lulls++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (lulls == MaxLulls)
                return "the task does not end";
            bench.Time.Advance(TimeSpan.FromMinutes(1));
        }

        if (run.Failure is not (null or TaskFailedException))
            return $"{run.Failure.GetType().Name}: {run.Failure.Message}\n{run.Failure.StackTrace}";
        if (run.Failure is TaskFailedException failure)
            return failure.ToString().Contains("very-secret-key", StringComparison.Ordinal) ? "tells the key" : null;
        try
        {
            // What a worker sends to the server.
            return run.Output!.ToJson().Length == 0 ? "no output" : null;
        }
        catch (Exception problem)
        {
            return $"the output is no JSON: {problem.Message}";
        }
    }

    private static async Task SendAsync(HttpContext context, Reply reply, string? retryAfter, bool isCut)
    {
        if (retryAfter is not null)
            context.Response.Headers.RetryAfter = retryAfter;
        await reply.SendAsync(context);
        if (isCut)
            context.Abort();
    }

    private static Reply Damaged(Reply reply, Mutator mutator)
    {
        var text = Encoding.Latin1.GetString([.. reply.Chunks.SelectMany(chunk => chunk)]);
        var json = new JsonMutator(mutator);
        for (var times = mutator.Random.Next(1, 4); times > 0; times--)
        {
            text = mutator.Random.Next(6) switch
            {
                0 => mutator.Text(text),
                1 => mutator.ReplaceOne(text, LineEnds(), _ => mutator.Pick(["\n", "\r", "\r\n\r\n", "", "\n\n\n", "\n: a\n", "\n\0"])),
                2 => mutator.ReplaceOne(
                    text,
                    FieldName(),
                    _ => mutator.Pick(["data:", "event: error\ndata:", "id: 1\ndata:", "retry: 1\n", "da"])
                ),
                _ when text.Contains("data:", StringComparison.Ordinal) => mutator.ReplaceOne(text, Data(), json.Change),
                _ => json.Change(text),
            };
        }

        var status = mutator.Chance(0.08) ? mutator.Pick([200, 201, 204, 206, 301, 400, 401, 404, 408, 413, 429, 500, 503]) : reply.Status;
        var type = mutator.Chance(0.1) ? mutator.Pick(Types) : reply.Type;
        return new Reply(status, type, status == 204 ? [] : Chunks(Encoding.Latin1.GetBytes(text), mutator));
    }

    private static byte[][] Chunks(byte[] bytes, Mutator mutator)
    {
        var at = mutator.Random.Next(bytes.Length + 1);
        return mutator.Chance(0.5) ? [bytes] : [bytes[..at], bytes[at..]];
    }

    private static string Shown(Reply reply) =>
        $"{reply.Status} {reply.Type} {Encoding.Latin1.GetString([.. reply.Chunks.SelectMany(chunk => chunk)])}";

    [GeneratedRegex("\r?\n")]
    private static partial Regex LineEnds();

    [GeneratedRegex("^data:", RegexOptions.Multiline)]
    private static partial Regex FieldName();

    [GeneratedRegex("(?<=^data: ?)[^\r\n]+", RegexOptions.Multiline)]
    private static partial Regex Data();
}
