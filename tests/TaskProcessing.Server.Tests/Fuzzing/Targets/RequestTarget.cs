namespace TaskProcessing.Server.Tests.Fuzzing.Targets;

/// <summary>Damaged requests to a server.</summary>
/// <param name="name">The name of the surface.</param>
/// <param name="arena">The server.</param>
/// <param name="make">Makes a request about a random task.</param>
internal sealed class RequestTarget(string name, Arena arena, Func<Mutator, Damage, FuzzRequest> make) : IFuzzTarget
{
    /// <summary>How often a request is made smaller at most.</summary>
    private const int MaxReductions = 200;

    public string Name => name;

    public async Task<Find?> TryAsync(Mutator mutator, CancellationToken cancellationToken)
    {
        var damage = new Damage(mutator);
        var request = damage.Surroundings(make(mutator, damage));
        return await JudgeAsync(request, cancellationToken) is { } problem
            ? new Find(problem, $"{await ReducedAsync(request, problem, cancellationToken)}")
            : null;
    }

    /// <summary>What is wrong with the answer to a request, and with the log; null when nothing is.</summary>
    public async Task<string?> JudgeAsync(FuzzRequest request, CancellationToken cancellationToken)
    {
        var exchange = await arena.SendAsync(request, cancellationToken);
        var lines = arena.NewLogLines();
        var problem = exchange.Problem();
        return lines.Count == 0 ? problem : $"{problem ?? "log"}: {lines[0]}";
    }

    /// <summary>A smaller request with the same problem, as far as one is found.</summary>
    private async Task<FuzzRequest> ReducedAsync(FuzzRequest request, string problem, CancellationToken cancellationToken)
    {
        var kind = Kind(problem);
        var left = MaxReductions;
        var isSmaller = true;
        while (isSmaller)
        {
            isSmaller = false;
            foreach (var smaller in Smaller(request))
            {
                if (left-- <= 0)
                    return request;
                if (Kind(await JudgeAsync(smaller, cancellationToken) ?? "") != kind)
                    continue;

                (request, isSmaller) = (smaller, true);
                break;
            }
        }

        return request;
    }

    /// <summary>The problem without what differs from request to request: its beginning, and the exception's.</summary>
    public static string Kind(string problem)
    {
        var line = problem.Split('\n')[0].Replace("An unhandled exception has occurred while executing the request. ", "");
        return line[..Math.Min(100, line.Length)];
    }

    private static IEnumerable<FuzzRequest> Smaller(FuzzRequest request)
    {
        if (request.Delivery != Delivery.Whole)
            yield return request with
            {
                Delivery = Delivery.Whole,
            };
        foreach (var header in request.Headers)
            yield return request.Without(header[0]);
        if (request.Path.Split('?', 2) is [var path, var query])
        {
            var fields = query.Split('&');
            for (var at = 0; at < fields.Length; at++)
                yield return request with
                {
                    Path = $"{path}?{string.Join('&', fields.Where((_, other) => other != at))}",
                };
            yield return request with
            {
                Path = path,
            };
        }

        if (request.Body is not { Length: > 0 } body)
            yield break;

        yield return request with
        {
            Body = null,
        };
        for (var size = body.Length / 2; size > 0; size /= 2)
        {
            for (var at = 0; at + size <= body.Length && at / size < 16; at += size)
                yield return request with
                {
                    Body = body.Remove(at, size),
                };
        }
    }
}
