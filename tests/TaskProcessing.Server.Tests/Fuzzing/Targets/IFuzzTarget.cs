namespace TaskProcessing.Server.Tests.Fuzzing.Targets;

/// <summary>A surface that takes what others send.</summary>
internal interface IFuzzTarget
{
    string Name { get; }

    /// <summary>Makes a case and tries it.</summary>
    /// <param name="mutator">All that is random about the case.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>Null when nothing is wrong.</returns>
    Task<Find?> TryAsync(Mutator mutator, CancellationToken cancellationToken);
}

/// <summary>A case that broke something.</summary>
/// <param name="Problem">What is wrong.</param>
/// <param name="Input">The case: for requests a line for <c>Corpus/finds.jsonl</c>.</param>
internal sealed record Find(string Problem, string Input);
